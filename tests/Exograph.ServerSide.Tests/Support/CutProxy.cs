using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>How a connection is lost.</summary>
public enum Loss
{
    None,
    /// <summary>The bytes do not arrive, and both sides notice.</summary>
    Before,
    /// <summary>The bytes arrive and are answered, the answer does not.</summary>
    After,
    /// <summary>The bytes do not arrive, and the server does not notice.</summary>
    Unnoticed,
}

/// <summary>Stands between a client and the server of a database, and loses connections as it is told.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly Func<byte[], Loss> _decide;
    private readonly List<TcpClient> _held = [];
    private readonly Task _accepting;

    /// <param name="database">Whose server.</param>
    /// <param name="decide">What becomes of bytes that the client sends.</param>
    public CutProxy(TestDatabase database, Func<byte[], Loss> decide)
    {
        _server = database.Settings;
        _decide = decide;
        _listener.Start();
        _accepting = AcceptAsync();
        var settings = database.Settings;
        settings.Host = "127.0.0.1";
        settings.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        settings.SslMode = SslMode.Disable;
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
        DataSource = NpgsqlDataSource.Create(settings.ConnectionString);
    }

    public NpgsqlDataSource DataSource { get; }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_held)
            _held.ForEach(c => c.Dispose());
    }

    private async Task AcceptAsync()
    {
        while (true)
            _ = ServeAsync(await _listener.AcceptTcpClientAsync());
    }

    private async Task ServeAsync(TcpClient client)
    {
        var server = await ConnectAsync();
        var answers = client.GetStream();
        var answering = server.GetStream().CopyToAsync(answers);
        var buffer = new byte[64 << 10];
        while (true)
        {
            var read = await client.GetStream().ReadAsync(buffer);
            var loss = read == 0 ? Loss.Before : _decide(buffer[..read]);
            if (loss == Loss.After)
            {
                // The client sees its connection end before the server can answer.
                client.Client.Close(0);
                await server.GetStream().WriteAsync(buffer.AsMemory(0, read));
                await Task.Delay(300);
            }
            if (loss == Loss.None)
            {
                await server.GetStream().WriteAsync(buffer.AsMemory(0, read));
                continue;
            }
            client.Client.Close(0);
            if (loss == Loss.Unnoticed)
            {
                lock (_held)
                    _held.Add(server);
            }
            else
            {
                server.Client.Close(0);
            }
            return;
        }
    }

    private async Task<TcpClient> ConnectAsync()
    {
        if (!_server.Host!.StartsWith('/'))
        {
            var tcp = new TcpClient();
            await tcp.ConnectAsync(_server.Host, _server.Port);
            return tcp;
        }
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_server.Host, $".s.PGSQL.{_server.Port}")));
        return new TcpClient { Client = socket };
    }
}
