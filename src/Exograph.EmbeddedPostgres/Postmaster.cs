using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Exograph.EmbeddedPostgres;

/// <summary>Where a server listens: on TCP at 127.0.0.1, or only in its socket directory.</summary>
internal sealed record Listener(string? SocketDirectory, bool Tcp, int Port)
{
    /// <summary>The port where there is only a socket: it is no more than part of its name, and psql's default.</summary>
    public const int SocketPort = 5432;

    /// <summary>How the names of sockets begin; the port follows.</summary>
    public const string SocketNamePrefix = ".s.PGSQL.";

    public string Host => Tcp ? "127.0.0.1" : SocketDirectory!;

    public string? SocketLockFile =>
        SocketDirectory is null ? null : Path.Combine(SocketDirectory, FormattableString.Invariant($".s.PGSQL.{Port}.lock"));

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether somebody listens there.</summary>
    public async Task<bool> AcceptsAsync(CancellationToken cancellationToken)
    {
        EndPoint endPoint = Tcp
            ? new IPEndPoint(IPAddress.Loopback, Port)
            : new UnixDomainSocketEndPoint(Path.Combine(SocketDirectory!, FormattableString.Invariant($".s.PGSQL.{Port}")));
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>What a data directory's postmaster.pid says about the server that runs there, or ran when it crashed.</summary>
internal sealed record Postmaster(int ProcessId, DateTime StartTimeUtc, Listener Listener, bool IsReady)
{
    public const string FileName = "postmaster.pid";

    /// <summary>Null when there is no such file, or the server is just writing it.</summary>
    public static async Task<Postmaster?> ReadAsync(
        string dataDirectory, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        try
        {
            var text = await new ServerFiles(user).ReadStartAsync(Path.Combine(dataDirectory, FileName), cancellationToken);
            return text is null ? null : Parse(text.Split('\n'));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Postmaster? Parse(string[] lines)
    {
        // Process, data directory, start time, port, socket directory, TCP address, shared memory, state.
        if (lines.Length < 6 || !TryParse(lines[0], out var process) || !TryParse(lines[2], out var seconds)
            || !TryParse(lines[3], out var port))
            return null;
        var listener = new Listener(lines[4].Length == 0 ? null : lines[4], lines[5].Length > 0, (int)port);
        var isReady = lines.Length > 7 && lines[7].Trim() == "ready";
        return new((int)process, DateTime.UnixEpoch.AddSeconds(seconds), listener, isReady);
    }

    /// <summary>The live PostgreSQL process of that number. Null when it ended, whoever has its number now.</summary>
    public Process? FindProcess()
    {
        try
        {
            var process = Process.GetProcessById(ProcessId);
            if (process.ProcessName.StartsWith("postgres", StringComparison.Ordinal) && !IsZombie())
                return process;
            process.Dispose();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException)
        {
            // It has ended.
        }
        return null;
    }

    /// <summary>Waits until the process has ended: a stopped server's does a little after its file is gone.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var process = FindProcess();
            if (process is null)
                return;
            await Task.Delay(10, cancellationToken);
        }
    }

    /// <summary>Whether that process is the very server which wrote the file, as its start time shows.</summary>
    public bool IsSame(Process process) =>
        (process.StartTime.ToUniversalTime() - StartTimeUtc).Duration() < TimeSpan.FromMinutes(1);

    /// <summary>Whether the process has ended, but nobody looked: so in containers whose first process is no init.</summary>
    private bool IsZombie()
    {
        var file = FormattableString.Invariant($"/proc/{ProcessId}/stat");
        return OperatingSystem.IsLinux() && File.Exists(file) && File.ReadAllText(file) is var text
            && text[(text.LastIndexOf(')') + 2)..].StartsWith('Z');
    }

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
