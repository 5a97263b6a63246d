using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Find;

/// <summary>A database with the index that docs/asking.md asks, and a file whose names a terminal would obey. Nobody changes it.</summary>
public sealed class AskedDatabase : IAsyncLifetime
{
    /// <summary>
    /// Sets a window's title by C0 and by C1, turns the direction of text, hides, forges a line, ends strings of Graphviz and begins
    /// its entities, and speaks Spectre's markup.
    /// </summary>
    public const string Evil = "\u001b]0;owned\u0007\u009b31m\u202etxt.exe\u200b\u007f\r\nload 9 forged\u2028[red]x[\"q\\\"&lt;'";

    internal TestDatabase Database { get; private set; } = null!;

    public long EvilFile { get; private set; }

    public long EvilFragment { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync();
        await Psql.RunAsync(Database, "index.sql", Repository.PathOf("examples/asking"));
        var evil = Sql.Literal(Evil);
        await Database.ExecuteAsync(
            $"""
            DO $do$
            DECLARE
                v_file bigint;
                v_node bigint;
            BEGIN
                INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256)
                VALUES ({evil}, {evil}, {evil}, {evil}, {evil} || E'\n' || {evil}, sha256('evil')) RETURNING id INTO v_file;
                INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name, line, col) VALUES (v_file, {evil}, {evil}, {evil}, 2, 1);
                INSERT INTO exograph_in.symbol_references (file_id, kind, name, qualified_name, line, col)
                VALUES (v_file, {evil}, {evil}, {evil}, 2, 1);
                INSERT INTO exograph_in.comments (file_id, text, line, col) VALUES (v_file, {evil}, 1, 1);
                INSERT INTO exograph_in.fragments (file_id, ast, kind, module, name, line, end_line, mass, exact_hash, sub_hashes)
                SELECT v_file, int4send(n), {evil}, {evil}, {evil}, n, n, 5, sha256('evil'), ARRAY[7] FROM generate_series(1, 2) n;
                INSERT INTO exograph_in.graph_nodes (file_id, engine, kind, name, qualified_name, line)
                VALUES (v_file, 'e', {evil}, {evil}, {evil}, 1) RETURNING id INTO v_node;
                INSERT INTO exograph_in.call_edges
                    (file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line, col)
                VALUES (v_file, v_node, v_node, {evil}, {evil}, 2, 1);
            END
            $do$
            """);
        EvilFile = await Database.ScalarAsync<long>($"SELECT id FROM exograph.files WHERE path = {evil}");
        EvilFragment = await Database.ScalarAsync<long>($"SELECT min(id) FROM exograph.fragments WHERE file_id = {EvilFile}");
    }

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();
}
