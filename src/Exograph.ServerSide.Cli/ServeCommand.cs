using System.CommandLine;
using System.Net;
using Exograph.ServerSide.Web;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load serve</c>.</summary>
internal sealed class ServeCommand(CliApp app)
{
    public const int UsualPort = 5417;

    private readonly Option<int> _port = new("--port")
    {
        Description = "Port to listen on; 0 is any free one.",
        DefaultValueFactory = _ => UsualPort,
    };

    private readonly Option<string> _listen = new("--listen")
    {
        Description = "Address of this machine to listen on. Others than 127.0.0.1 and ::1 are reached from elsewhere, unencrypted.",
        HelpName = "address",
        DefaultValueFactory = _ => IPAddress.Loopback.ToString(),
    };

    public Command Create()
    {
        var command = new Command("serve", "Shows loads, their progress and what the index holds in a browser, until Ctrl-C. Changes nothing.")
        {
            _port, _listen,
        };
        app.Run(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var endpoint = Endpoint(parsed.GetValue(_listen)!, parsed.GetValue(_port));
        await using var database = await app.OpenAsync(parsed, cancellationToken);
        await ServeAsync(database, endpoint, app.Results(parsed), cancellationToken);
        return ExitCode.Ok;
    }

    /// <summary>Serves until it is cancelled.</summary>
    internal static async Task ServeAsync(Database database, IPEndPoint endpoint, ResultWriter results, CancellationToken cancellationToken)
    {
        await using var readers = database.CreateReader();
        await using var server = await PageServer.StartAsync(new ExographClient(readers), endpoint, cancellationToken);
        results.Line(new { Url = server.Address }, $"open {server.Address}\nCtrl-C ends it");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // that is how it ends
        }
    }

    private static IPEndPoint Endpoint(string address, int port)
    {
        if (port is < 0 or > IPEndPoint.MaxPort)
            throw new UsageException($"--port is from 0 to {IPEndPoint.MaxPort}, not {port}");
        return IPAddress.TryParse(address, out var parsed)
            ? new IPEndPoint(parsed, port)
            : throw new UsageException($"--listen takes an address, such as 127.0.0.1 or ::1, not '{address}'");
    }
}
