using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

public sealed class ConnectionSettingsTests
{
    [Theory]
    [InlineData("postgresql://u:p%40ss@h:5433/db", "Host=h;Port=5433;Username=u;Password=p@ss;Database=db")]
    [InlineData("postgres://h", "Host=h")]
    [InlineData("postgresql://[::1]:5433/", "Host=::1;Port=5433")]
    [InlineData("postgresql:///db?host=%2Ftmp%2Fx&port=7&user=u", "Database=db;Host=/tmp/x;Port=7;Username=u")]
    [InlineData("postgresql://a:1,b:2/db", "Host=a:1,b:2;Database=db")]
    [InlineData(
        "postgresql://h/db?sslmode=verify-full&connect_timeout=3&application_name=me",
        "Host=h;Database=db;SSL Mode=VerifyFull;Timeout=3;Application Name=me")]
    [InlineData("Host=h;Username=u", "Host=h;Username=u")]
    [InlineData("Host=h;Password=a b=c;Username=u", "Host=h;Password=\"a b=c\";Username=u")]
    [InlineData("host=h port=5433 dbname=d user=u", "Host=h;Port=5433;Database=d;Username=u")]
    [InlineData(@" dbname = 'd e'  password='it\'s \\ a;b' host=h\ i ", @"Database=d e;Password=""it's \ a;b"";Host=h i")]
    [InlineData("host=h hostaddr=1.2.3.4 sslmode=verify-full port='' connect_timeout=3",
        "Host=h;SSL Mode=VerifyFull;Timeout=3")]
    [InlineData("hostaddr=1.2.3.4 target_session_attrs=prefer-standby", "Host=1.2.3.4;Target Session Attributes=prefer-standby")]
    [InlineData("host=h;dbname=d;user=u;sslmode=verify-ca", "Host=h;Database=d;Username=u;SSL Mode=VerifyCA")]
    [InlineData("Host=h;SSL Mode=verify-full", "Host=h;SSL Mode=VerifyFull")]
    [InlineData("dbname=d", "Database=d")]
    public void A_connection_is_a_string_of_npgsql_or_one_of_libpq(string text, string expected) =>
        Assert.True(ConnectionSettings.Parse(text).EquivalentTo(new NpgsqlConnectionStringBuilder(expected)));

    [Fact]
    public void The_option_wins_over_the_variable_and_that_over_those_of_libpq()
    {
        var variables = new Dictionary<string, string>
        {
            ["EXOGRAPH_CONNECTION"] = "Host=two",
            ["PGHOST"] = "three",
            ["PGPORT"] = "3",
        };
        Assert.Equal("one", ConnectionSettings.Find("Host=one", variables.GetValueOrDefault)!.Host);
        Assert.Equal("two", ConnectionSettings.Find(null, variables.GetValueOrDefault)!.Host);
        variables.Remove("EXOGRAPH_CONNECTION");
        var libpq = ConnectionSettings.Find(null, variables.GetValueOrDefault)!;
        Assert.Equal(("three", 3), (libpq.Host, libpq.Port));
        Assert.Null(ConnectionSettings.Find(null, _ => null));
        Assert.Null(ConnectionSettings.Find(null, new Dictionary<string, string> { ["PGUSER"] = "u" }.GetValueOrDefault));
    }

    [Theory]
    [InlineData("host=/x dbname=d")]
    [InlineData("dbname=d")]
    [InlineData("postgresql:///d")]
    public void What_a_string_of_libpq_leaves_out_comes_from_its_variables(string text)
    {
        var variables = new Dictionary<string, string> { ["PGHOST"] = "/x", ["PGPORT"] = "3", ["PGDATABASE"] = "e", ["PGUSER"] = "u" };
        var found = ConnectionSettings.Find(text, variables.GetValueOrDefault)!;
        Assert.Equal(("/x", 3, "d", "u"), (found.Host, found.Port, found.Database, found.Username));
        Assert.NotNull(ConnectionSettings.Find(text, _ => null)!.Host);
        Assert.Equal(5432, ConnectionSettings.Find("Host=h", variables.GetValueOrDefault)!.Port);
    }

    [Theory]
    [InlineData("Host=h Username=u Database=d", "Username is a parameter of Npgsql, whose parameters are separated by ;")]
    [InlineData("host=h no_such=1", "what stands before the = number 2 is not supported")]
    [InlineData("host=h user=u port=1,2", "the parameter Port cannot have this value")]
    public void What_keywords_cannot_say_is_told(string text, string expected)
    {
        var error = Assert.Throws<UsageException>(() => ConnectionSettings.Parse(text));
        Assert.Equal($"the connection string is not valid: {expected}", error.Message);
    }

    [Fact]
    public void A_service_is_looked_up_and_wins_over_variables()
    {
        using var directory = new BundleDirectory().Add("services", """
            # comment
            [other]
            host=wrong
            [mine]
            host = h
            port=5433
            dbname=d

            [last]
            host=wrong
            """);
        var variables = new Dictionary<string, string>
        {
            ["PGSERVICE"] = "mine",
            ["PGSERVICEFILE"] = Path.Combine(directory.Path, "services"),
            ["PGDATABASE"] = "e",
            ["PGUSER"] = "v",
        };
        var found = ConnectionSettings.Find(null, variables.GetValueOrDefault)!;
        Assert.Equal(("h", 5433, "d", "v"), (found.Host, found.Port, found.Database, found.Username));
        variables["PGSERVICE"] = "none";
        var error = Assert.Throws<UsageException>(() => ConnectionSettings.Find(null, variables.GetValueOrDefault));
        Assert.Contains("none", error.Message);
    }

    [Theory]
    [InlineData("Host=h;Password=hunter2;secret")]
    [InlineData("Host=h;Password=a;hunter2=secret")]
    [InlineData("Host=h;Password=\"hunter2;secret")]
    [InlineData("Host=h;Port=hunter2")]
    [InlineData("Host=h;Port=99999999999999hunter2")]
    [InlineData("Host=h;SSL Mode=hunter2")]
    [InlineData("Host=h;Pooling=hunter2")]
    [InlineData("hunter2")]
    [InlineData("host=h password=a hunter2=secret")]
    [InlineData("host=h password=a port=hunter2")]
    [InlineData("host=h password='a hunter2=secret")]
    [InlineData("host=h password=a;hunter2 user=secret")]
    [InlineData("host=/h password=secret user=hunter2;Timeout=1")]
    [InlineData("host=h user=u sslmode=hunter2")]
    [InlineData("postgresql://u:hunter2/secret@h/db")]
    [InlineData("postgresql://u:12/hunter2@h/db")]
    [InlineData("postgresql://u:a?hunter2=secret@h/db")]
    [InlineData("postgresql://u:a@hunter2@h/db")]
    [InlineData("postgresql://u:a:hunter2@h:port/db")]
    [InlineData("postgresql://h/db?hunter2=secret")]
    [InlineData("postgresql://h:99999999999/db?password=hunter2")]
    [InlineData("postgresql://h/db?sslmode=hunter2")]
    [InlineData("postgresql://u:hunter2#secret@h:x/db")]
    public async Task An_error_repeats_nothing_of_a_connection_string(string text)
    {
        foreach (var run in (CliRun[])
        [
            await CliRun.RunAsync(null, ["status", "--connection", text]),
            await CliRun.RunAsync(null, ["status", "--json"], variables: new() { ["EXOGRAPH_CONNECTION"] = text, ["EXOGRAPH_DEBUG"] = "1" }),
        ])
        {
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.DoesNotContain("hunter2", run.Output + run.Error, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("secret", run.Output + run.Error, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("PGPORT", "hunter2", "PGPORT is not valid")]
    [InlineData("PGSERVICE", "broken", "the service broken is not valid: the name in line 3 of its file is not supported")]
    [InlineData("PGSERVICE", "bad", "the service bad is not valid: the parameter Port cannot have this value")]
    public async Task An_error_repeats_nothing_of_a_variable_or_a_service_file(string variable, string value, string expected)
    {
        using var directory = new BundleDirectory().Add("services", "[broken]\npassword=a\nhunter2=b\n[bad]\nport=hunter2\n");
        var run = await CliRun.RunAsync(null, ["status"], variables: new()
        {
            ["PGSERVICEFILE"] = Path.Combine(directory.Path, "services"),
            [variable] = value,
            ["EXOGRAPH_DEBUG"] = "1",
        });

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status", "--connection", "Host=h", "Password=hunter2")]
    [InlineData("load", "--connection", "Host=h", "Password=hunter2")]
    [InlineData("load", "postgresql://u:hunter2@h/db")]
    [InlineData("postgresql://u:hunter2@h/db")]
    public async Task A_password_that_ended_up_in_another_argument_is_not_repeated(params string[] args)
    {
        var run = await CliRun.RunAsync(null, args);

        Assert.NotEqual(ExitCode.Ok, run.ExitCode);
        Assert.DoesNotContain("hunter2", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("stop")]
    [InlineData("migrate", "--print")]
    public async Task A_connection_that_would_be_ignored_is_refused(params string[] args)
    {
        var run = await CliRun.RunAsync(null, [.. args, "--connection", "Host=h"]);

        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Output));
        Assert.Contains("--connection has no effect", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=h", "VerifyFull")]
    [InlineData("postgresql://h/db", "VerifyFull")]
    [InlineData("Host=h;SslMode=Disable", "Disable")]
    [InlineData("postgresql://h/db?sslmode=require", "Require")]
    [InlineData(null, "VerifyFull")]
    public void PGSSLMODE_counts_where_the_connection_string_says_nothing_else(string? text, string mode)
    {
        var variables = new Dictionary<string, string> { ["PGSSLMODE"] = "verify-full", ["PGHOST"] = "h" };
        Assert.Equal(mode, $"{ConnectionSettings.Find(text, variables.GetValueOrDefault)!.SslMode}");
    }

    [Fact]
    public void TLS_is_preferred_by_default_and_not_demanded() =>
        Assert.Equal(SslMode.Prefer, ConnectionSettings.Find("Host=h", _ => null)!.SslMode);

    [Fact]
    public async Task Help_says_where_a_password_belongs() =>
        Assert.Contains("PGPASSWORD", (await CliRun.RunAsync(null, ["status", "--help"])).Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("8GB", 8L << 30)]
    [InlineData("500 mb", 500L << 20)]
    [InlineData("1KB", 1024L)]
    [InlineData("17B", 17L)]
    [InlineData("4096", 4096L)]
    [InlineData("1TB", 1L << 40)]
    [InlineData("", null)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("1.5GB", null)]
    [InlineData("9000000TB", null)]
    [InlineData("GB", null)]
    public void Sizes_are_read_as_people_write_them(string text, long? expected) =>
        Assert.Equal(expected, ByteSize.TryParse(text, out var size) ? size.Bytes : null);

    [Theory]
    [InlineData(8L << 30, "8GB")]
    [InlineData(1536L << 20, "1536MB")]
    [InlineData(17L, "17B")]
    [InlineData(0L, "0B")]
    public void Sizes_are_shown_as_people_write_them(long bytes, string expected) => Assert.Equal(expected, $"{new ByteSize(bytes)}");
}
