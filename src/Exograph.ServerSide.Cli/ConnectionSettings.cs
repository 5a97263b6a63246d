using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Exograph.ServerSide.Cli;

/// <summary>
/// Finds the server: <c>--connection</c>, else EXOGRAPH_CONNECTION, else libpq's variables, else none, which means a private one.
/// </summary>
internal static partial class ConnectionSettings
{
    private static readonly string[] s_schemes = ["postgresql://", "postgres://"];
    private static readonly string[] s_libpqVariables = ["PGHOST", "PGSERVICE", "PGDATABASE", "PGPORT"];
    private static readonly (string Variable, string Key)[] s_overService =
        [("PGHOST", "host"), ("PGPORT", "port"), ("PGDATABASE", "dbname"), ("PGUSER", "user")];

    /// <summary>Null where nothing names a server.</summary>
    public static NpgsqlConnectionStringBuilder? Find(string? option, Func<string, string?> variable)
    {
        if ((option ?? variable("EXOGRAPH_CONNECTION")) is { } text)
            return Parse(text);
        return s_libpqVariables.Any(name => variable(name) is not null) ? FromLibpq(variable) : null;
    }

    /// <summary>Parses a connection string of Npgsql, or a URI of libpq.</summary>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            return s_schemes.Any(scheme => text.StartsWith(scheme, StringComparison.Ordinal))
                ? FromUri(text)
                : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The text itself may hold a password: it is not repeated.
            throw new UsageException($"the connection string is not valid: {e.Message}", e);
        }
    }

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        var uri = LibpqUri().Match(text);
        if (!uri.Success)
            throw new FormatException("expected postgresql://user:password@host:port/database?parameters");
        var builder = new NpgsqlConnectionStringBuilder();
        SetIfGiven(builder, "user", uri.Groups["user"]);
        SetIfGiven(builder, "password", uri.Groups["password"]);
        SetIfGiven(builder, "dbname", uri.Groups["database"]);
        SetHosts(builder, Uri.UnescapeDataString(uri.Groups["hosts"].Value));
        foreach (var pair in uri.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(builder, parts[0], parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
        }
        return builder;
    }

    private static NpgsqlConnectionStringBuilder FromLibpq(Func<string, string?> variable)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        if (variable("PGSERVICE") is { } service)
        {
            foreach (var (key, value) in ServiceFile.Read(service, variable))
                Set(builder, key, value);
        }
        // A variable wins over the service, as in libpq; password, SSL and the like Npgsql reads by itself.
        foreach (var (name, key) in s_overService)
        {
            if (variable(name) is { } value)
                Set(builder, key, value);
        }
        builder.Host ??= DefaultHost(builder.Port);
        return builder;
    }

    /// <summary>As libpq: the Unix socket where there is one.</summary>
    private static string DefaultHost(int port) =>
        Array.Find(["/var/run/postgresql", "/tmp"], d => File.Exists(Path.Combine(d, $".s.PGSQL.{port}"))) ?? "localhost";

    private static void SetHosts(NpgsqlConnectionStringBuilder builder, string hosts)
    {
        if (hosts.Length == 0)
            return;
        if (hosts.Contains(','))
        {
            builder.Host = hosts; // Npgsql takes host:port,host:port as it is
            return;
        }
        var single = HostAndPort().Match(hosts);
        if (!single.Success)
            throw new FormatException("expected a host, or a host and the number of a port");
        builder.Host = single.Groups["host"].Value.Trim('[', ']');
        if (single.Groups["port"].Success)
            builder.Port = int.Parse(single.Groups["port"].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static void SetIfGiven(NpgsqlConnectionStringBuilder builder, string key, Group group)
    {
        if (group is { Success: true, Length: > 0 })
            Set(builder, key, Uri.UnescapeDataString(group.Value));
    }

    /// <summary>Sets a parameter by the name that libpq gives it.</summary>
    private static void Set(NpgsqlConnectionStringBuilder builder, string key, string value)
    {
        var name = key switch
        {
            "host" or "hostaddr" => "Host",
            "port" => "Port",
            "dbname" => "Database",
            "user" => "Username",
            "password" => "Password",
            "passfile" => "Passfile",
            "sslmode" => "SSL Mode",
            "sslrootcert" => "Root Certificate",
            "sslcert" => "SSL Certificate",
            "sslkey" => "SSL Key",
            "channel_binding" => "Channel Binding",
            "application_name" => "Application Name",
            "connect_timeout" => "Timeout",
            "options" => "Options",
            "target_session_attrs" => "Target Session Attributes",
            _ => throw new FormatException($"the parameter {key} is not supported"),
        };
        builder[name] = name is "SSL Mode" or "Target Session Attributes" ? value.Replace("-", "") : value;
    }

    [GeneratedRegex("^postgres(ql)?://((?<user>[^:@/?]*)(:(?<password>[^@/?]*))?@)?(?<hosts>[^/?]*)"
        + "(/(?<database>[^?]*))?([?](?<query>.*))?$")]
    private static partial Regex LibpqUri();

    [GeneratedRegex(@"^(?<host>\[[^\]]*\]|[^:]*)(:(?<port>\d+))?$")]
    private static partial Regex HostAndPort();
}
