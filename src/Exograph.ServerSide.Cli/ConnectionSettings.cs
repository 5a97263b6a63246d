using System.Data.Common;
using System.Text.RegularExpressions;
using Npgsql;

namespace Exograph.ServerSide.Cli;

/// <summary>
/// Finds the server: <c>--connection</c>, else EXOGRAPH_CONNECTION, else libpq's variables, else none, which means a private one.
/// </summary>
internal static partial class ConnectionSettings
{
    private static readonly string[] s_schemes = ["postgresql://", "postgres://"];
    private static readonly string[] s_libpqVariables = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE", "PGPORT"];
    private static readonly (string Variable, string Key)[] s_overService =
        [("PGHOSTADDR", "hostaddr"), ("PGHOST", "host"), ("PGPORT", "port"), ("PGDATABASE", "dbname"), ("PGUSER", "user")];

    /// <summary>
    /// What libpq takes from variables wherever the connection string says nothing else, and Npgsql does not read: without them
    /// PGSSLMODE=verify-full would pass for any server.
    /// </summary>
    private static readonly (string Variable, string Key, string Name)[] s_unread =
    [
        ("PGSSLMODE", "sslmode", "SSL Mode"), ("PGCHANNELBINDING", "channel_binding", "Channel Binding"),
        ("PGCONNECT_TIMEOUT", "connect_timeout", "Timeout"),
    ];

    /// <summary>Null where nothing names a server.</summary>
    public static NpgsqlConnectionStringBuilder? Find(string? option, Func<string, string?> variable)
    {
        NpgsqlConnectionStringBuilder builder;
        if ((option ?? variable("EXOGRAPH_CONNECTION")) is { } text)
            builder = Parse(text);
        else if (s_libpqVariables.Any(name => variable(name) is not null))
            builder = FromLibpq(variable);
        else
            return null;
        foreach (var (source, key, name) in s_unread)
        {
            if (variable(source) is { } value && !builder.Keys.Cast<string>().Contains(name))
                Check(() => Set(builder, key, value, source), source);
        }
        return builder;
    }

    /// <summary>
    /// Parses a connection string of Npgsql, or a URI of libpq. Any part of it may be a password where a quote or an escape is
    /// missing: errors repeat nothing of it, but the name of a parameter that exists.
    /// </summary>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            return s_schemes.Any(scheme => text.StartsWith(scheme, StringComparison.Ordinal)) ? FromUri(text) : FromPairs(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"the connection string is not valid: {e.Message}");
        }
    }

    private static NpgsqlConnectionStringBuilder FromPairs(string text)
    {
        var pairs = new DbConnectionStringBuilder();
        try
        {
            pairs.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            throw new FormatException("expected Host=..;Username=..;Database=.., values with ; or = in quotes");
        }
        var builder = new NpgsqlConnectionStringBuilder();
        var place = 0;
        foreach (string key in pairs.Keys)
        {
            place++;
            SetValue(builder, key, (string)pairs[key], $"what stands before the = number {place}");
        }
        return builder;
    }

    /// <param name="builder">Where it is set.</param>
    /// <param name="name">Name that Npgsql may know.</param>
    /// <param name="value">The value.</param>
    /// <param name="place">What to call it where Npgsql does not know it.</param>
    private static void SetValue(NpgsqlConnectionStringBuilder builder, string name, string value, string place)
    {
        if (!builder.ContainsKey(name))
            throw new FormatException($"{place} is no parameter of Npgsql (values with ; or = go in quotes)");
        try
        {
            builder[name] = value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            throw new FormatException($"the parameter {name} cannot have this value");
        }
    }

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        var uri = LibpqUri().Match(text);
        if (!uri.Success)
            throw new FormatException("expected postgresql://user:password@host:port/database?parameters");
        if (uri.Groups["hosts"].Value.Contains('@') || uri.Groups["database"].Value.Contains('@'))
            throw new FormatException("in a user or password : / ? # @ are written %3A %2F %3F %23 %40");
        var builder = new NpgsqlConnectionStringBuilder();
        SetIfGiven(builder, "user", uri.Groups["user"]);
        SetIfGiven(builder, "password", uri.Groups["password"]);
        SetIfGiven(builder, "dbname", uri.Groups["database"]);
        SetHosts(builder, Uri.UnescapeDataString(uri.Groups["hosts"].Value));
        var place = 0;
        foreach (var pair in uri.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(builder, parts[0], parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "", $"parameter {++place} after the ?");
        }
        return builder;
    }

    private static NpgsqlConnectionStringBuilder FromLibpq(Func<string, string?> variable)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        if (variable("PGSERVICE") is { } service)
        {
            foreach (var (key, value, place) in ServiceFile.Read(service, variable))
                Check(() => Set(builder, key, value, place), $"the service {service}");
        }
        // A variable wins over the service, as in libpq; PGPASSWORD, PGSSLROOTCERT and the like Npgsql reads by itself.
        foreach (var (name, key) in s_overService)
        {
            if (variable(name) is { } value)
                Check(() => Set(builder, key, value, name), name);
        }
        builder.Host ??= DefaultHost(builder.Port);
        return builder;
    }

    private static void Check(Action set, string source)
    {
        try
        {
            set();
        }
        catch (FormatException e)
        {
            throw new UsageException($"{source} is not valid: {e.Message}");
        }
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
            SetValue(builder, "Port", single.Groups["port"].Value, "the port");
    }

    private static void SetIfGiven(NpgsqlConnectionStringBuilder builder, string key, Group group)
    {
        if (group is { Success: true, Length: > 0 })
            Set(builder, key, Uri.UnescapeDataString(group.Value), key);
    }

    /// <summary>Sets a parameter by the name that libpq gives it; <paramref name="place"/> is what to call one that does not exist.</summary>
    private static void Set(NpgsqlConnectionStringBuilder builder, string key, string value, string place)
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
            _ => throw new FormatException($"{place} is not supported"),
        };
        SetValue(builder, name, name is "SSL Mode" or "Target Session Attributes" ? value.Replace("-", "") : value, place);
    }

    [GeneratedRegex("^postgres(ql)?://((?<user>[^:@/?]*)(:(?<password>[^@/?]*))?@)?(?<hosts>[^/?]*)"
        + "(/(?<database>[^?]*))?([?](?<query>.*))?$")]
    private static partial Regex LibpqUri();

    [GeneratedRegex(@"^(?<host>\[[^\]]*\]|[^:]*)(:(?<port>\d+))?$")]
    private static partial Regex HostAndPort();
}
