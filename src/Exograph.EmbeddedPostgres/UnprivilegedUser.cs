using System.Globalization;

namespace Exograph.EmbeddedPostgres;

/// <summary>
/// The user PostgreSQL runs as when this process is root, as which it refuses to run: <c>postgres</c>, else <c>nobody</c>.
/// </summary>
internal sealed class UnprivilegedUser
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private readonly IReadOnlyList<string> _prefix;
    private readonly string _ids;
    private readonly string _userId;

    private UnprivilegedUser(string name, string userId, string groupId, IReadOnlyList<string> prefix)
    {
        Name = name;
        _userId = userId;
        _ids = $"{userId}:{groupId}";
        _prefix = prefix;
    }

    public string Name { get; }

    /// <summary>The number of the user.</summary>
    public uint Id => uint.Parse(_userId, CultureInfo.InvariantCulture);

    /// <summary>Chooses the user and the way to become it. Null when this process is not root and stays who it is.</summary>
    /// <exception cref="EmbeddedPostgresException">There is no such user, or no way to become it.</exception>
    public static async Task<UnprivilegedUser?> FindAsync(CancellationToken cancellationToken)
    {
        if (!Places.IsRoot)
            return null;
        var users = (await File.ReadAllLinesAsync("/etc/passwd", cancellationToken)).Select(static line => line.Split(':'))
            .Where(static fields => fields.Length >= 4 && fields[2] != "0")
            .ToLookup(static fields => fields[0]);
        var user = users["postgres"].Concat(users["nobody"]).FirstOrDefault() ?? throw new EmbeddedPostgresException(
            "PostgreSQL does not run as root, and there is neither a user postgres nor nobody it could run as: "
            + "make one (useradd --system postgres), or run this program as an ordinary user.");
        foreach (var prefix in Prefixes(user[0], user[2], user[3]))
            if (await WorksAsync(prefix, cancellationToken))
                return new UnprivilegedUser(user[0], user[2], user[3], prefix);
        throw new EmbeddedPostgresException(
            $"PostgreSQL does not run as root, and neither setpriv nor runuser nor su could change to the user {user[0]}: "
            + "install util-linux, or run this program as an ordinary user.");
    }

    /// <summary>The command that runs a command as this user.</summary>
    public string[] Wrap(IReadOnlyList<string> command) => [.. _prefix, Command.Locate(command[0]), .. command.Skip(1)];

    /// <summary>Whether a process is this user's.</summary>
    public async Task<bool> RunsAsync(int processId, CancellationToken cancellationToken)
    {
        var process = processId.ToString(CultureInfo.InvariantCulture);
        if (OperatingSystem.IsLinux())
            return FileOwnership.Of($"/proc/{process}") is { } status && status.User == Id;
        var result = await Command.RunBareAsync(["ps", "-o", "uid=", "-p", process], "/", s_timeout, cancellationToken);
        return result.ExitCode == 0 && result.Output.Trim() == _userId;
    }

    /// <summary>Gives files or directories, not what is in them, to this user.</summary>
    public async Task TakeOverAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var result = await Command.RunBareAsync(["chown", "-h", _ids, .. paths], "/", s_timeout, cancellationToken);
        result.ThrowIfFailed($"What belongs to the server could not be given to the user {Name}.");
    }

    private static IEnumerable<string[]> Prefixes(string name, string userId, string groupId)
    {
        string[][] prefixes =
        [
            ["setpriv", $"--reuid={userId}", $"--regid={groupId}", "--clear-groups"],
            ["runuser", "-u", name, "--"],
            ["su", "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", "--", name],
        ];
        foreach (var prefix in prefixes)
            if (Command.Find(prefix[0]) is { } program)
                yield return [program, .. prefix[1..]];
    }

    // A program of the name is not enough: the setpriv of small systems has no --reuid, and a container may forbid the change.
    private static async Task<bool> WorksAsync(string[] prefix, CancellationToken cancellationToken) =>
        (await Command.RunBareAsync([.. prefix, "/bin/sh", "-c", ":"], "/", s_timeout, cancellationToken)).ExitCode == 0;
}
