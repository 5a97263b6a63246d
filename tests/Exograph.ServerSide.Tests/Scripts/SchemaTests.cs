using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Scripts;

/// <summary>The installed schema against its description in this folder, so that a diff shows what a migration did.</summary>
public sealed class SchemaTests
{
    private const string Folder = "tests/Exograph.ServerSide.Tests/Scripts/";

    [Fact]
    public async Task The_schema_is_the_one_described_in_schema_txt()
    {
        await using var database = await TestDatabase.CreateAsync();

        var lines = await database.ColumnAsync<string>(await File.ReadAllTextAsync(Repository.PathOf(Folder + "describe_schema.sql")));
        var actual = string.Join('\n', lines) + "\n";

        var file = Repository.PathOf(Folder + "schema.txt");
        if (Environment.GetEnvironmentVariable("EXOGRAPH_UPDATE_SCHEMA") == "1")
            await File.WriteAllTextAsync(file, actual);
        // To accept a change, run once with EXOGRAPH_UPDATE_SCHEMA=1 and commit the difference.
        Assert.Equal(await File.ReadAllTextAsync(file), actual);
    }
}
