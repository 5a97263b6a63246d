using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>The generator on this project's own tables, and what the manual shows of it.</summary>
public sealed class InserterViewOfPackagesTests : GeneratorTest
{
    [Fact]
    public async Task A_loader_puts_packages_and_versions_in_by_their_names()
    {
        await Db.ExecuteAsync("CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO exograph_loader");
        await ViewAsync("exograph.packages", """{"ecosystem": "ecosystem", "name": "name", "metadata": "metadata"}""",
            ", view_name => 's.packages', security_definer => true");
        await ViewAsync("exograph.package_versions",
            """
            {"package_id": "package_id", "package_id.ecosystem": "ecosystem", "package_id.name": "package", "version": "version",
             "source_ref": "source_ref", "checksum": "checksum", "metadata": "metadata"}
            """,
            ", view_name => 's.package_versions', security_definer => true");
        await Db.ExecuteAsync("GRANT SELECT, INSERT ON s.packages, s.package_versions TO exograph_loader");
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));

        Assert.Equal(["1|{}", "2|{}", "1|{}"], await loader.RowsAsync(
            "INSERT INTO s.packages (ecosystem, name) VALUES ('hex', 'a'), ('hex', 'b'), ('hex', 'a') RETURNING id, metadata"));
        Assert.Equal(["1|1", "2|3", "1|1", "3|2"], await loader.RowsAsync(
            """
            INSERT INTO s.package_versions (package_id, ecosystem, package, version)
            VALUES (NULL, 'hex', 'a', '1'), (NULL, 'npm', 'a', '1'), (NULL, 'hex', 'a', '1'), (2, NULL, NULL, '1')
            RETURNING id, package_id
            """));
        await loader.FailsAsync("23502", "INSERT INTO s.package_versions (version) VALUES ('1')");
        await loader.FailsAsync("428C9", "INSERT INTO s.packages (id, ecosystem, name) VALUES (1, 'hex', 'c')");
    }

    [Fact]
    public async Task A_term_is_looked_up_by_its_digest()
    {
        await Db.ExecuteAsync("CREATE SCHEMA s");
        await ViewAsync("exograph.terms", """{"term": "term"}""", ", view_name => 's.terms'");
        var term = new string('x', 1 << 20);

        Assert.Equal(["1", "1", "2"],
            await Db.RowsAsync("INSERT INTO s.terms (term) VALUES ($1), ($1), ($1 || '!') RETURNING id", term));
    }

    [Fact]
    public async Task The_manual_shows_what_is_printed()
    {
        var manual = await File.ReadAllTextAsync(Repository.PathOf("docs/dup-select.md"));
        await Db.ExecuteAsync(manual.Split("```sql\n")[1].Split("```")[0]);

        var printed = await Db.ScalarAsync<string>("SELECT dup_select.inserter_view_sql('geo.city')");

        Assert.Contains($"```sql\n{printed}```", manual, StringComparison.Ordinal);
        await Db.ExecuteAsync(printed);
        Assert.Equal(["1|1", "2|1"], await Db.RowsAsync(manual.Split("```sql\n")[2].Split("```")[0]));
    }
}
