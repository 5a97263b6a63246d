using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>A test with a database, sessions and roles of its own.</summary>
public abstract class LoadingTest : IAsyncLifetime
{
    private readonly List<Session> _sessions = [];
    private readonly List<string> _roles = [];
    private TestDatabase _database = null!;

    /// <summary>A session of the superuser.</summary>
    private protected Session Db { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        Db = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var session in _sessions)
            await session.DisposeAsync();
        var settings = _database.Settings;
        await _database.DisposeAsync();
        if (_roles.Count == 0)
            return;
        // The rights that roles had in the database went with it.
        await using var server =
            await Session.OpenAsync(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = "postgres" });
        foreach (var role in _roles)
            await server.ExecuteAsync($"DROP ROLE {Sql.Name(role)}");
    }

    private protected async Task RenameRoleAsync(string role, string name)
    {
        await Db.ExecuteAsync($"ALTER ROLE {Sql.Name(role)} RENAME TO {Sql.Name(name)}");
        _roles[_roles.IndexOf(role)] = name;
    }

    /// <summary>Drops a role of this test while its database stands.</summary>
    private protected async Task DropRoleAsync(string role)
    {
        await Db.ExecuteAsync($"DROP OWNED BY {Sql.Name(role)}; DROP ROLE {Sql.Name(role)}");
        _roles.Remove(role);
    }

    private protected NpgsqlConnectionStringBuilder Connection => _database.Settings;

    /// <summary>Another session of the superuser.</summary>
    private protected async Task<Session> OpenAsync()
    {
        var session = await Session.OpenAsync(_database.Settings);
        _sessions.Add(session);
        return session;
    }

    /// <summary>A session of a role, as after a login.</summary>
    private protected async Task<Session> OpenAsAsync(string role)
    {
        var session = await OpenAsync();
        await session.BecomeAsync(role);
        return session;
    }

    /// <summary>Creates a role for this test, a member of others; its name holds the given text.</summary>
    private protected async Task<string> CreateRoleAsync(string name, params string[] memberOf)
    {
        // Roles belong to the server, which other tests use at the same time.
        var role = $"{name} {Guid.NewGuid():N}";
        await CreateRoleNamedAsync(role, memberOf);
        return role;
    }

    /// <summary>Creates a role under exactly this name, which only this test uses.</summary>
    private protected async Task CreateRoleNamedAsync(string role, params string[] memberOf)
    {
        await Db.ExecuteAsync($"CREATE ROLE {Sql.Name(role)}");
        _roles.Add(role);
        foreach (var group in memberOf)
            await Db.ExecuteAsync($"GRANT {Sql.Name(group)} TO {Sql.Name(role)}");
    }

    /// <summary>Columns, defaults, constraints and indexes of a table, without the names of what belongs to it.</summary>
    private protected Task<string[]> DescribeAsync(string table) => Db.RowsAsync(
        $"""
        SELECT 'column', attname::text, format_type(atttypid, atttypmod), attnotnull::text, attcollation::text
        FROM pg_attribute WHERE attrelid = {table} AND attnum > 0
        UNION ALL
        SELECT 'default', a.attname::text, pg_get_expr(d.adbin, d.adrelid), '', ''
        FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = {table} AND a.attname <> 'load_id'
        UNION ALL
        SELECT 'constraint', conname::text, pg_get_constraintdef(oid), convalidated::text, ''
        FROM pg_constraint WHERE conrelid = {table} AND contype <> 'n'
        UNION ALL
        SELECT 'index', regexp_replace(pg_get_indexdef(indexrelid), ' INDEX .* USING ', ' USING '), '', '', ''
        FROM pg_index WHERE indrelid = {table}
        ORDER BY 1, 2, 3
        """);
}
