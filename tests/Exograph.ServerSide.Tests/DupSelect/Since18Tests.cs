using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Constraints that PostgreSQL has since version 18: on earlier ones there is nothing to test.</summary>
public sealed class Since18Tests : GeneratorTest
{
    [Fact]
    public async Task A_foreign_key_to_a_period_is_no_path_and_its_columns_are_mapped_themselves()
    {
        if (!await IsNewAsync())
            return;
        await TablesAsync(
            """
            CREATE EXTENSION btree_gist SCHEMA s;
            CREATE TABLE s.p (id int, valid daterange, name text UNIQUE, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
            CREATE TABLE s.t (id serial PRIMARY KEY, p_id int, valid daterange, k text UNIQUE,
                CONSTRAINT t_p FOREIGN KEY (p_id, PERIOD valid) REFERENCES s.p (id, PERIOD valid));
            INSERT INTO s.p VALUES (1, '[2020-01-01,2021-01-01)', 'a'), (1, '[2021-01-01,2022-01-01)', 'b');
            """);

        var error = await Db.FailsAsync("0A000",
            """SELECT dup_select.inserter_view_sql('s.t', mapping => '{"k": "k", "t_p.name": "name"}')""");

        Assert.Equal("t_p of path t_p refers to a period, not to one row", error.MessageText);
        Assert.Equal("""{"k": "k", "p_id": "p_id", "valid": "valid"}""",
            await Db.ScalarAsync<string>("SELECT dup_select.default_mapping('s.t')::text"));
        await ViewAsync("s.t", null);
        Assert.Equal(["1|1"], await Db.RowsAsync(
            "INSERT INTO s.t_in (k, p_id, valid) VALUES ('x', 1, '[2020-07-01,2021-07-01)') RETURNING id, p_id"));
    }

    [Fact]
    public async Task A_not_null_constraint_that_is_not_valid_proves_nothing_of_the_rows_that_stand()
    {
        if (!await IsNewAsync())
            return;
        await TablesAsync(
            """
            CREATE TABLE s.p (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.t (id serial PRIMARY KEY, p_id int REFERENCES s.p, k text UNIQUE);
            INSERT INTO s.t (k) VALUES ('old');
            ALTER TABLE s.t ADD CONSTRAINT wanted NOT NULL p_id NOT VALID;
            """);
        await ViewAsync("s.t", null);

        Assert.Equal(["1|null|old|null"], await Db.RowsAsync("TABLE s.t_in"));
        Assert.Equal(["2|1|a|b"], await Db.RowsAsync("INSERT INTO s.t_in (k, p_name) VALUES ('a', 'b') RETURNING *"));
        await Db.FailsAsync("23502", "INSERT INTO s.t_in (k) VALUES ('c')");
        Assert.Equal(1, await Db.CountAsync("s.p"));

        await Db.ExecuteAsync("UPDATE s.t SET p_id = 1; ALTER TABLE s.t VALIDATE CONSTRAINT wanted");
        Assert.Contains("\nJOIN s.p", await PrintedAsync("s.t", null), StringComparison.Ordinal);
    }

    private Task<bool> IsNewAsync() => Db.ScalarAsync<bool>("SELECT current_setting('server_version_num')::int >= 180000");
}
