using System.Reflection;
using Dapper;
using LinqToDB.Data;
using LinqToDB.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>A shop whose numbers clash with ours, put into ours by a program: what came of it.</summary>
/// <param name="Contender">The program.</param>
/// <param name="Of">A type of the library that it uses; null: it is ours, of whatever version.</param>
/// <param name="By">How, where its name does not say it.</param>
internal sealed record LocalNumbersTrial(IShopContender Contender, Type? Of, string? By = null)
{
    /// <summary>What users of a library write first, then what is right, then the toolkit.</summary>
    public static IReadOnlyList<LocalNumbersTrial> All { get; } =
    [
        new(new CopyRows(), typeof(NpgsqlConnection)),
        new(new CopyAndUpsert(), typeof(NpgsqlConnection)),
        new(new CopyWithOffset(), typeof(NpgsqlConnection)),
        new(new DapperInserts(), typeof(SqlMapper)),
        new(new Linq2DbBulkCopy(keepIdentity: false), typeof(DataConnection)),
        new(new Linq2DbBulkCopy(keepIdentity: true), typeof(DataConnection)),
        new(new Linq2DbMerge(), typeof(DataConnection)),
        new(new Linq2DbMergeByName(), typeof(DataConnection)),
        new(new EntityFrameworkAdd(), typeof(DbContext)),
        new(new EntityFrameworkFind(), typeof(DbContext)),
        new(new EntityFrameworkGraph(), typeof(DbContext)),
        new(new EntityFrameworkBulkCopy(children: false), typeof(LinqToDBForEFTools)),
        new(new EntityFrameworkBulkCopy(children: true), typeof(LinqToDBForEFTools)),
        new(new SetStatements(), typeof(NpgsqlConnection), "COPY, maps of numbers by hand, set statements"),
        new(new DapperStatements(), typeof(SqlMapper), "COPY, maps of numbers by hand, `ON CONFLICT`"),
        new(new Linq2DbShop(), typeof(DataConnection), "`BulkCopy`, maps of numbers by hand, `Merge`"),
        new(new EntityFrameworkShop(), typeof(DbContext), "`AddRange`, maps of numbers by hand, `SaveChanges`"),
        new(new PutSchema(), null, "COPY, `put_schema`"),
    ];

    private const string SetSequences = """
        SELECT setval('shop.category_id_seq', (SELECT max(id) FROM shop.category)),
               setval('shop.product_id_seq', (SELECT max(id) FROM shop.product)),
               setval('shop.tag_id_seq', (SELECT max(id) FROM shop.tag)),
               setval('shop.customer_id_seq', (SELECT max(id) FROM shop.customer)),
               setval('shop.address_id_seq', (SELECT max(id) FROM shop.address)),
               setval('shop.order_id_seq', (SELECT max(id) FROM shop."order"))
        """;

    /// <summary>In how many tables the next number that is drawn is a row's.</summary>
    private const string SequencesBehind = """
        SELECT num_nonnulls(
            (SELECT id FROM shop.category WHERE id = (SELECT nextval('shop.category_id_seq'))),
            (SELECT id FROM shop.product WHERE id = (SELECT nextval('shop.product_id_seq'))),
            (SELECT id FROM shop.tag WHERE id = (SELECT nextval('shop.tag_id_seq'))),
            (SELECT id FROM shop.customer WHERE id = (SELECT nextval('shop.customer_id_seq'))),
            (SELECT id FROM shop.address WHERE id = (SELECT nextval('shop.address_id_seq'))),
            (SELECT id FROM shop."order" WHERE id = (SELECT nextval('shop.order_id_seq'))))
        """;

    public string How => By ?? Contender.Name;

    /// <summary>Its name and version.</summary>
    public string Library
    {
        get
        {
            if (Of?.Assembly is not { } assembly)
                return "Exograph.ServerSide";
            var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            return $"{assembly.GetName().Name} {version.Split('+')[0]}";
        }
    }

    /// <summary>Makes our shop anew in the database, has the program put the other one in, and compares.</summary>
    public async Task<Outcome> RunAsync(NpgsqlDataSource database, Shop other, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ShopStaging.RunAsync(connection, "DROP SCHEMA IF EXISTS shop CASCADE", cancellationToken);
        await ShopStaging.RunAsync(connection, Shop.Tables, cancellationToken);
        await ShopStaging.CopyAsync(connection, "shop", TwoShops.Ours, cancellationToken);
        await ShopStaging.RunAsync(connection, SetSequences, cancellationToken);
        Exception? error = null;
        try
        {
            await Contender.PutAsync(connection, other, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            error = e;
        }
        var behind = await database.QueryAsync(SequencesBehind, r => r.GetInt32(0), cancellationToken);
        return Outcome.Of(TwoShops.Ours, other, await NaturalRow.StoredAsync(database, cancellationToken), behind[0], error);
    }
}
