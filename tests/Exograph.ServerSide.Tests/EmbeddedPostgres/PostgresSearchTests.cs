using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.Versioning;
using Exograph.EmbeddedPostgres;
using Xunit;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

[UnsupportedOSPlatform("windows")]
public sealed class PostgresSearchTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly Dictionary<string, string> _environment = [];

    public PostgresSearchTests() => _environment["PATH"] = _scratch["path"];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_highest_version_of_a_place_is_taken()
    {
        _scratch.WritePostgres("system/9.6/bin", "9.6.24");
        _scratch.WritePostgres("system/16/bin", "16.4 (Debian 16.4-1)");
        _scratch.WritePostgres("system/17/bin", "17beta2");

        var found = await Search().FindAsync(null, default);

        Assert.Equal((_scratch["system/17/bin"], new Version(17, 0)), (found.BinDirectory, found.Version));
    }

    [Fact]
    public async Task The_wanted_major_version_is_taken_and_nothing_else()
    {
        _scratch.WritePostgres("system/16/bin", "16.4");
        _scratch.WritePostgres("system/17/bin", "17.2");

        Assert.Equal(new Version(16, 4), (await Search().FindAsync(16, default)).Version);
        _environment[PostgresSearch.VersionVariable] = "16";
        Assert.Equal(new Version(16, 4), (await Search().FindAsync(null, default)).Version);
        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(17, default));
        Assert.Contains("asks for 16", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_pg_config_names_goes_before_the_usual_places_and_these_before_the_path()
    {
        var configured = _scratch.WritePostgres("configured", "15.1");
        _scratch.WritePostgres("system/17/bin", "17.2");
        _scratch.WritePostgres("path", "18.1");
        Assert.Equal(new Version(17, 2), (await Search().FindAsync(null, default)).Version);

        _scratch.WriteProgram("path/pg_config", $"echo {configured}");

        Assert.Equal(new Version(15, 1), (await Search().FindAsync(null, default)).Version);
        Assert.Equal(new Version(18, 1), (await Search().FindAsync(18, default)).Version);
    }

    [Fact]
    public async Task The_named_directory_is_taken_before_all_others()
    {
        _scratch.WritePostgres("system/17/bin", "17.2");
        _environment[PostgresSearch.BinVariable] = _scratch.WritePostgres("named", "15.7");

        Assert.Equal(new Version(15, 7), (await Search().FindAsync(null, default)).Version);
        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(17, default));
        Assert.Contains("names PostgreSQL 15.7, but PostgreSQL 17 is needed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_directory_without_PostgreSQL_is_refused()
    {
        _scratch.WritePostgres("system/17/bin", "17.2");
        _environment[PostgresSearch.BinVariable] = _scratch.Path;

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(null, default));

        Assert.Contains(PostgresSearch.BinVariable, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("14")]
    [InlineData("newest")]
    [InlineData("15.2")]
    public async Task A_version_that_is_no_supported_major_version_is_refused(string version)
    {
        _environment[PostgresSearch.VersionVariable] = version;

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(null, default));

        Assert.Contains($"\"{version}\"", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_PostgreSQL_and_npm_the_error_says_how_to_get_one()
    {
        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(null, default));

        Assert.Contains("PostgreSQL 15 or newer was not found", exception.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install postgresql", exception.Message, StringComparison.Ordinal);
        Assert.Contains("npm", exception.Message, StringComparison.Ordinal);
        Assert.Contains(PostgresSearch.BinVariable, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_npm_the_package_is_fetched_once()
    {
        WriteNpm("18.4");

        var fetched = await Search().FindAsync(18, default);
        File.Delete(_scratch["path/npm"]);
        var cached = await Search().FindAsync(18, default);

        Assert.Equal(new Version(18, 4), fetched.Version);
        Assert.Equal(fetched.BinDirectory, cached.BinDirectory);
        Assert.StartsWith(_scratch["cache"], cached.BinDirectory, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_npm_complains_of_is_in_the_error()
    {
        _scratch.WriteProgram("path/npm", "echo 'npm error code ENOTFOUND' >&2; exit 1");

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(18, default));

        Assert.Contains("ENOTFOUND", exception.Message, StringComparison.Ordinal);
        Assert.Contains("install PostgreSQL", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", "15.14")]
    [InlineData("postgres (PostgreSQL) 18.4\n", "18.4")]
    [InlineData("postgres (PostgreSQL) 19devel\n", "19.0")]
    [InlineData("postgres: could not find itself\n", null)]
    public void Versions_are_read(string text, string? version) =>
        Assert.Equal(version, PostgresBinaries.ParseVersion(text)?.ToString());

    private PostgresSearch Search() => new()
    {
        Environment = name => _environment.GetValueOrDefault(name),
        SystemPlaces = [_scratch["nowhere/*/bin"], _scratch["system/*/bin"]],
        CacheDirectory = _scratch["cache"],
    };

    // An npm that "fetches" a tarball of a PostgreSQL that is none.
    private void WriteNpm(string version)
    {
        _scratch.WritePostgres("made/package/native/bin", version);
        using (var file = File.Create(_scratch["made.tgz"]))
        using (var zip = new GZipStream(file, CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(_scratch["made"], zip, includeBaseDirectory: false);
        _scratch.WriteProgram("path/npm", $"""[ "$1 $3" = "pack --pack-destination" ] && cp '{_scratch["made.tgz"]}' "$4" """);
    }
}
