namespace Exograph.EmbeddedPostgres;

/// <summary>The settings a private server gets: sensible for bulk loads on a developer's machine.</summary>
public static class ServerSettings
{
    private static readonly HashSet<string> s_reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "config_file", "data_directory", "hba_file", "listen_addresses", "port", "unix_socket_directories",
    };

    /// <summary>The defaults, which <see cref="EmbeddedPostgresOptions.ServerSettings"/> may override.</summary>
    public static IReadOnlyDictionary<string, string> Defaults { get; } = new Dictionary<string, string>
    {
        ["max_connections"] = "100",
        ["shared_buffers"] = "256MB",
        ["max_wal_size"] = "4GB",
        ["checkpoint_timeout"] = "30min",
        ["jit"] = "off",
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
        ["log_min_messages"] = "warning",
        ["cluster_name"] = "exograph",
    };

    // synchronous_commit stays on: without fsync turning it off gains nothing (measured: 14,700 commits/s either way), and it
    // would lose the last commits to an immediate stop, which tests use to simulate a crash.
    private static readonly string[] s_fast = ["fsync", "full_page_writes"];

    internal static IReadOnlyDictionary<string, string> Compose(
        IReadOnlyDictionary<string, string> overrides, Durability durability)
    {
        var settings = new Dictionary<string, string>(Defaults, StringComparer.OrdinalIgnoreCase);
        if (durability == Durability.Fast)
            foreach (var name in s_fast)
                settings[name] = "off";
        foreach (var (name, value) in overrides)
        {
            if (s_reserved.Contains(name))
                throw new ArgumentException($"The server setting {name} is chosen by the embedded server.", nameof(overrides));
            if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
                throw new ArgumentException($"\"{name}\" is not the name of a server setting.", nameof(overrides));
            settings[name] = value;
        }
        return settings;
    }
}
