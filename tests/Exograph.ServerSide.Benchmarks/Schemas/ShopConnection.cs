using System.Text.Json;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.DataProvider.PostgreSQL;
using LinqToDB.Mapping;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>The tables of the shop for linq2db, with names as PostgreSQL has them; what is stored is so in the shop.</summary>
internal static class ShopConnection
{
    public static DataConnection Over(NpgsqlConnection connection) => new(new DataOptions()
        .UseConnection(PostgreSQLTools.GetDataProvider(PostgreSQLVersion.v15), connection)
        .UseOnEntityDescriptorCreated((_, entity) => NameAsStored(entity)))
    {
        CommandTimeout = 0,
    };

    private static void NameAsStored(IEntityChangeDescriptor entity)
    {
        var name = entity.TypeAccessor.Type.Name;
        var stored = name.StartsWith("Stored", StringComparison.Ordinal);
        entity.TableName = Snake(stored ? name["Stored".Length..] : name);
        entity.SchemaName = stored ? "shop" : null;
        foreach (var column in entity.Columns)
            column.ColumnName = Snake(column.MemberName);
    }

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
