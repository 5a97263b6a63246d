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
    /// <summary>What libpq takes from variables where neither its connection string nor the service says it.</summary>
    private static readonly (string Variable, string Key, string Name)[] s_defaults =
    [
        ("PGHOST", "host", "Host"), ("PGHOSTADDR", "hostaddr", "Host"), ("PGPORT", "port", "Port"),
        ("PGDATABASE", "dbname", "Database"), ("PGUSER", "user", "Username"),
    ];

    /// <summary>The names that libpq gives to parameters of Npgsql.</summary>
    private static readonly Dictionary<string, string> s_libpqNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["host"] = "Host",
        ["hostaddr"] = "Host",
        ["port"] = "Port",
        ["dbname"] = "Database",
        ["user"] = "Username",
        ["password"] = "Password",
        ["passfile"] = "Passfile",
        ["sslmode"] = "SSL Mode",
        ["sslnegotiation"] = "SSL Negotiation",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["channel_binding"] = "Channel Binding",
        ["require_auth"] = "Require Auth",
        ["gssencmode"] = "GSS Encryption Mode",
        ["krbsrvname"] = "Kerberos Service Name",
        ["application_name"] = "Application Name",
        ["fallback_application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["options"] = "Options",
        ["target_session_attrs"] = "Target Session Attributes",
    };

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
        {
            builder = Parse(text);
            if (IsUri(text) || Keywords(text) is not null)
                SetDefaults(builder, variable);
        }
        else if (s_libpqVariables.Any(name => variable(name) is not null))
            builder = FromLibpq(variable);
        else
            return null;
        foreach (var (source, key, name) in s_unread)
        {
            SetDefault(builder, name, key, source, variable);
        }
        return builder;
    }

    /// <summary>
    /// Parses a connection string of Npgsql, or of libpq: a URI or keywords. Any part of it may be a password where a quote or an
    /// escape is missing: errors repeat nothing of it, but the name of a parameter that exists.
    /// </summary>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            return IsUri(text) ? FromUri(text) : Keywords(text) is { } keywords ? FromKeywords(keywords) : FromPairs(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"the connection string is not valid: {e.Message}");
        }
    }

    private static bool IsUri(string text) => s_schemes.Any(scheme => text.StartsWith(scheme, StringComparison.Ordinal));

    /// <summary>
    /// Pairs of keywords and values as libpq reads them; null where the text is for Npgsql, which separates pairs by ; and would
    /// take all that follows the first = for the name of a host. One pair that Npgsql knows is Npgsql's.
    /// </summary>
    private static List<(string Key, string Value)>? Keywords(string text)
    {
        var match = LibpqKeywords().Match(text);
        var keys = match.Groups["key"].Captures;
        return match.Success && (keys.Count > 1 || !new NpgsqlConnectionStringBuilder().ContainsKey(keys[0].Value))
            ? [.. keys.Zip(match.Groups["value"].Captures, (key, value) => (key.Value, Unquote(value.Value)))]
            : null;
    }

    private static string Unquote(string value) =>
        Escaped().Replace(value is ['\'', .. var inner, '\''] ? inner : value, "$1");

    private static NpgsqlConnectionStringBuilder FromKeywords(List<(string Key, string Value)> keywords)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        foreach (var (i, (key, value)) in keywords.Index())
        {
            if (!s_libpqNames.ContainsKey(key) && builder.ContainsKey(key))
                throw new FormatException($"{key} is a parameter of Npgsql, whose parameters are separated by ;");
            Set(builder, key, value, $"what stands before the = number {i + 1}");
        }
        return builder;
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
            var name = $"what stands before the = number {place}";
            if (builder.ContainsKey(key))
                SetValue(builder, key, (string)pairs[key]);
            else if (s_libpqNames.ContainsKey(key))
                Set(builder, key, (string)pairs[key], name);
            else
                throw new FormatException($"{name} is no parameter of Npgsql (values with ; or = go in quotes)");
        }
        // What failed to connect would be named, whatever it is.
        return builder.Host?.Contains('=') == true
            ? throw new FormatException("the host holds a =: the parameters of Npgsql are separated by ; and those of libpq by spaces, "
                + "with values that hold spaces in '..'")
            : builder;
    }

    /// <summary>Sets a parameter that Npgsql knows.</summary>
    private static void SetValue(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        try
        {
            builder[name] = SslModeName().IsMatch(name) ? value.Replace("-", "") : value; // Npgsql writes VerifyFull
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
        SetDefaults(builder, variable);
        return builder;
    }

    /// <summary>A connection string or service wins over variables, as in libpq. PGPASSWORD, PGSSLROOTCERT and the like Npgsql reads.</summary>
    private static void SetDefaults(NpgsqlConnectionStringBuilder builder, Func<string, string?> variable)
    {
        foreach (var (source, key, name) in s_defaults)
            SetDefault(builder, name, key, source, variable);
        builder.Host ??= DefaultHost(builder.Port);
    }

    private static void SetDefault(
        NpgsqlConnectionStringBuilder builder, string name, string key, string source, Func<string, string?> variable)
    {
        if (variable(source) is { } value && !builder.Keys.Cast<string>().Contains(name))
            Check(() => Set(builder, key, value, source), source);
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
            SetValue(builder, "Port", single.Groups["port"].Value);
    }

    private static void SetIfGiven(NpgsqlConnectionStringBuilder builder, string key, Group group)
    {
        if (group is { Success: true, Length: > 0 })
            Set(builder, key, Uri.UnescapeDataString(group.Value), key);
    }

    /// <summary>
    /// Sets a parameter by the name that libpq gives it, where it is not empty, which means the default;
    /// <paramref name="place"/> is what to call one that does not exist. Npgsql connects to the host whose certificate it checks:
    /// an address beside its name is left out.
    /// </summary>
    private static void Set(NpgsqlConnectionStringBuilder builder, string key, string value, string place)
    {
        if (!s_libpqNames.TryGetValue(key, out var name))
            throw new FormatException($"{place} is not supported");
        if (value.Length == 0 || key == "hostaddr" && builder.Host is not null)
            return;
        SetValue(builder, name, value);
    }

    [GeneratedRegex("^postgres(ql)?://((?<user>[^:@/?]*)(:(?<password>[^@/?]*))?@)?(?<hosts>[^/?]*)"
        + "(/(?<database>[^?]*))?([?](?<query>.*))?$")]
    private static partial Regex LibpqUri();

    [GeneratedRegex(@"^\s*((?<key>[^\s=;']+)\s*=\s*(?<value>'([^'\\]|\\.)*'|([^\s'\\;]|\\[^;])([^\s\\;]|\\[^;])*|)(\s+|$))+$",
        RegexOptions.Singleline)]
    private static partial Regex LibpqKeywords();

    [GeneratedRegex("^ssl ?mode$", RegexOptions.IgnoreCase)]
    private static partial Regex SslModeName();

    [GeneratedRegex(@"\\(.)", RegexOptions.Singleline)]
    private static partial Regex Escaped();

    [GeneratedRegex(@"^(?<host>\[[^\]]*\]|[^:]*)(:(?<port>\d+))?$")]
    private static partial Regex HostAndPort();
}
