using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Errors that are no duplicate of the row come out as the server raised them.</summary>
public sealed class PassThroughTests : DupSelectTest
{
    [Theory]
    [InlineData("23514", "0, 1, 'x', NULL", "n_is_positive", null)]
    [InlineData("23502", "1, NULL, 'x', NULL", null, "parent")]
    [InlineData("23503", "1, 2, 'x', NULL", "t_parent_fkey", null)]
    [InlineData("23P01", "1, 1, 'x', '[3,6)'", "no_overlap", null)]
    [InlineData("22012", "1, 1, 'divide', NULL", null, null)]
    [InlineData("UE123", "1, 1, 'raise', NULL", "some constraint", "some column")]
    public async Task Other_errors_pass_unchanged(string sqlState, string row, string? constraint, string? column)
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE parents (id int PRIMARY KEY);
            INSERT INTO parents VALUES (1);
            CREATE TABLE t (
                n int CONSTRAINT n_is_positive CHECK (n > 0), parent int NOT NULL REFERENCES parents, name text UNIQUE,
                period int4range, CONSTRAINT no_overlap EXCLUDE USING gist (period WITH &&));
            INSERT INTO t VALUES (1, 1, 'stands', '[1,5)');
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN IF NEW.name = ''raise'' THEN RAISE ''my own'' USING ERRCODE = ''UE123'', HINT = ''a hint'', DETAIL = ''a detail'',
                    CONSTRAINT = ''some constraint'', COLUMN = ''some column''; END IF;
                 IF NEW.name = ''divide'' THEN PERFORM 1 / 0; END IF; RETURN NULL; END';
            CREATE TRIGGER fail AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION fail();
            """);
        var expected = await Db.FailsAsync(sqlState, $"INSERT INTO t VALUES ({row})");

        var error = await SelectFailsAsync(sqlState, "t", row);

        Assert.Equal((constraint, column), (error.ConstraintName, error.ColumnName));
        Assert.Equal(
            (expected.MessageText, expected.Detail, expected.Hint, expected.SchemaName, expected.TableName),
            (error.MessageText, error.Detail, error.Hint, error.SchemaName, error.TableName));
        Assert.Equal(1, await Db.CountAsync("t"));
    }

    [Fact]
    public async Task A_duplicate_comes_before_a_foreign_key_but_not_before_a_check()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE parents (id int PRIMARY KEY);
            INSERT INTO parents VALUES (1);
            CREATE TABLE t (name text UNIQUE, n int CHECK (n > 0), parent int REFERENCES parents);
            INSERT INTO t VALUES ('stands', 1, 1);
            """);
        Assert.Equal("stands|1|1", await SelectAsync("t", "'stands', 1, 99"));
        await SelectFailsAsync("23514", "t", "'stands', 0, 1");
    }

    [Theory]
    [InlineData("INSERT INTO audit VALUES (''same'')", "audit_name_key")]
    [InlineData("RAISE unique_violation", "")]
    [InlineData("RAISE unique_violation USING TABLE = ''t'', CONSTRAINT = ''no_such''", "no_such")]
    [InlineData("RAISE unique_violation USING SCHEMA = ''public'', TABLE = ''t'', CONSTRAINT = ''t_name_key''", "t_name_key")]
    [InlineData("INSERT INTO t VALUES (''stands'')", "t_name_key")]
    public async Task A_duplicate_that_is_not_of_this_row_passes_unchanged(string statement, string constraint)
    {
        await Db.ExecuteAsync(
            $"""
            CREATE TABLE audit (name text UNIQUE);
            CREATE TABLE t (name text UNIQUE);
            INSERT INTO audit VALUES ('same');
            INSERT INTO t VALUES ('stands');
            CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {statement}; RETURN NULL; END';
            CREATE TRIGGER audit AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION audit();
            """);

        var error = await SelectFailsAsync("23505", "t", "'new'");

        Assert.Equal(constraint, error.ConstraintName ?? "");
        Assert.Equal("stands", await SelectAsync("t", "'stands'"));
    }

    [Fact]
    public async Task A_deferrable_constraint_that_is_checked_at_once_is_looked_up()
    {
        await Db.ExecuteAsync("CREATE TABLE t (k text UNIQUE DEFERRABLE INITIALLY IMMEDIATE, n int)");

        Assert.Equal("a|1", await SelectAsync("t", "'a', 1"));
        Assert.Equal("a|1", await SelectAsync("t", "'a', 2"));
    }

    [Fact]
    public async Task A_deferred_constraint_reports_at_commit()
    {
        await Db.ExecuteAsync("CREATE TABLE t (k text UNIQUE DEFERRABLE INITIALLY DEFERRED, n int); INSERT INTO t VALUES ('a', 1)");
        await Db.ExecuteAsync("BEGIN");
        Assert.Equal("a|2", await SelectAsync("t", "'a', 2"));

        var error = await Db.FailsAsync("23505", "COMMIT");

        Assert.Equal("t_k_key", error.ConstraintName);
        Assert.Equal(["a|1"], await Db.RowsAsync("TABLE t"));
    }
}
