using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Foreign keys that share a column, as where every key begins with a tenant.</summary>
public sealed class SharedColumnTests : GeneratorTest
{
    private const string Tables =
        """
        CREATE TABLE s.tenant (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE s.account (tenant_id int NOT NULL REFERENCES s.tenant, id int GENERATED ALWAYS AS IDENTITY, name text NOT NULL,
            PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name));
        CREATE TABLE s.person (tenant_id int NOT NULL REFERENCES s.tenant, id int GENERATED ALWAYS AS IDENTITY, name text NOT NULL,
            PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name));
        CREATE TABLE s.invoice (tenant_id int NOT NULL REFERENCES s.tenant, no int, account_id int NOT NULL, person_id int,
            PRIMARY KEY (tenant_id, no),
            CONSTRAINT of_account FOREIGN KEY (tenant_id, account_id) REFERENCES s.account (tenant_id, id),
            CONSTRAINT by_person FOREIGN KEY (tenant_id, person_id) REFERENCES s.person (tenant_id, id));
        """;

    private const string Mapping =
        """
        {"no": "no", "tenant_id.name": "tenant", "of_account.tenant_id.name": "tenant", "of_account.name": "account",
         "by_person.tenant_id.name": "tenant", "by_person.name": "person"}
        """;

    [Fact]
    public async Task Both_ways_fill_a_shared_column_from_the_one_place_that_all_keys_have_it_from()
    {
        await TablesAsync(
            $"""
            {Tables}
            CREATE TABLE s.i (tenant text, no int, account text, person text);
            INSERT INTO s.i VALUES ('A', 1, 'x', 'p'), ('A', 2, 'x', NULL), ('B', 1, 'x', 'p'), ('A', 1, 'x', 'p');
            """);
        await ViewAsync("s.invoice", Mapping);
        string[] expected = ["A|1|x|p", "A|2|x|null", "B|1|x|p"];

        Assert.Equal(["1|1", "1|2", "2|1", "1|1"],
            await Db.RowsAsync("INSERT INTO s.invoice_in (tenant, no, account, person) TABLE s.i RETURNING tenant_id, no"));
        Assert.Equal(expected, await InvoicesAsync());
        await Db.ExecuteAsync("TRUNCATE s.tenant, s.account, s.person, s.invoice");
        await Db.ExecuteAsync($"SELECT * FROM dup_select.put_table('s.i', 's.invoice', '{Mapping}')");
        Assert.Equal(expected, await InvoicesAsync());
        Assert.Equal((2, 2, 2), (await Db.CountAsync("s.tenant"), await Db.CountAsync("s.account"), await Db.CountAsync("s.person")));
    }

    [Fact]
    public async Task A_shared_column_may_be_an_input_itself()
    {
        await TablesAsync($"{Tables} INSERT INTO s.tenant (name) VALUES ('A'), ('B')");
        await ViewAsync("s.invoice",
            """{"no": "no", "tenant_id": "tenant_id", "of_account.tenant_id": "tenant_id", "of_account.name": "account"}""");

        Assert.Equal(["1|1", "2|2", "1|1"], await Db.RowsAsync(
            """
            INSERT INTO s.invoice_in (tenant_id, no, account) VALUES (1, 1, 'x'), (2, 1, 'x'), (1, 2, 'x')
            RETURNING tenant_id, account_id
            """));
        Assert.Equal(["A|1|x|null", "A|2|x|null", "B|1|x|null"], await InvoicesAsync());
    }

    [Theory]
    [InlineData("""{"of_account.tenant_id": "t", "of_account.name": "a", "by_person.tenant_id": "t2", "by_person.name": "p"}""")]
    [InlineData("""{"of_account.tenant_id": "t", "of_account.name": "a", "tenant_id": "t2"}""")]
    [InlineData("""{"of_account.tenant_id": "t", "of_account.name": "a", "tenant_id.name": "t2"}""")]
    [InlineData(
        """
        {"of_account.tenant_id.name": "t", "of_account.name": "a", "by_person.tenant_id.name": "upper(t)", "by_person.name": "p"}
        """)]
    public async Task A_shared_column_that_would_be_filled_from_two_places_is_refused(string mapping)
    {
        await TablesAsync($"{Tables} CREATE TABLE s.i (t text, t2 text, a text, p text)");

        var error = await Db.FailsAsync("0A000",
            $"SELECT dup_select.inserter_view_sql('s.invoice', mapping => '{mapping}', input => 's.i')");

        Assert.StartsWith("column tenant_id is filled twice, by ", error.MessageText, StringComparison.Ordinal);
        Assert.DoesNotContain("[", error.MessageText, StringComparison.Ordinal);
        Assert.Equal("Where foreign keys share a column, map it by the same expression below each of them.", error.Hint);
    }

    private Task<string[]> InvoicesAsync() => Db.RowsAsync(
        """
        SELECT t.name, i.no, a.name, p.name
        FROM s.invoice i JOIN s.tenant t ON t.id = i.tenant_id
        JOIN s.account a ON (a.tenant_id, a.id) = (i.tenant_id, i.account_id)
        LEFT JOIN s.person p ON (p.tenant_id, p.id) = (i.tenant_id, i.person_id)
        ORDER BY t.name, i.no
        """);
}
