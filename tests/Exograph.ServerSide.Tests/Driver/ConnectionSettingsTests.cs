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
    public void A_connection_is_a_string_of_npgsql_or_a_uri(string text, string expected) =>
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

    [Fact]
    public void A_service_is_looked_up_and_variables_win_over_it()
    {
        using var directory = new BundleDirectory().Add("services", """
            # comment
            [other]
            host=wrong
            [mine]
            host = h
            port=5433
            dbname=d
            user=u

            [last]
            host=wrong
            """);
        var variables = new Dictionary<string, string>
        {
            ["PGSERVICE"] = "mine",
            ["PGSERVICEFILE"] = Path.Combine(directory.Path, "services"),
            ["PGDATABASE"] = "e",
        };
        var found = ConnectionSettings.Find(null, variables.GetValueOrDefault)!;
        Assert.Equal(("h", 5433, "e", "u"), (found.Host, found.Port, found.Database, found.Username));
        variables["PGSERVICE"] = "none";
        var error = Assert.Throws<UsageException>(() => ConnectionSettings.Find(null, variables.GetValueOrDefault));
        Assert.Contains("none", error.Message);
    }

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
        Assert.Equal(expected, ByteSize.TryParse(text, out var bytes) ? bytes : null);
}
