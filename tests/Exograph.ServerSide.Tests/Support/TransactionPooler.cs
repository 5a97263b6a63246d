using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Npgsql;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>
/// A pooler in transaction mode, as far as tests need one: clients share a few connections of the server, each for a transaction at
/// a time. What one leaves in the session the next one finds there. It lets everybody in, and the server must let in it.
/// </summary>
internal sealed class TransactionPooler : IAsyncDisposable
{
    private const int CancelRequest = 80877102;
    private const int SslRequest = 80877103;
    private const int GssRequest = 80877104;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<NetworkStream> _servers = Channel.CreateUnbounded<NetworkStream>();
    private readonly CancellationTokenSource _end = new();
    private readonly List<NetworkStream> _all = [];
    private readonly MemoryStream _greeting = new();
    private readonly NpgsqlConnectionStringBuilder _settings;

    private TransactionPooler(NpgsqlConnectionStringBuilder settings) => _settings = settings;

    /// <summary>How to connect through the pooler.</summary>
    public NpgsqlConnectionStringBuilder Settings => new(_settings.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
    };

    /// <summary>Starts a pooler before a database. Null where the server wants a password.</summary>
    public static async Task<TransactionPooler?> StartAsync(TestDatabase database, int connections)
    {
        var pooler = new TransactionPooler(database.Settings);
        for (var i = 0; i < connections; i++)
        {
            if (await pooler.ConnectAsync() is not { } server)
                return null;
            pooler._all.Add(server);
            pooler._servers.Writer.TryWrite(server);
        }
        pooler._listener.Start();
        _ = pooler.AcceptAsync();
        return pooler;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        foreach (var server in _all)
            await server.DisposeAsync();
    }

    private async Task<NetworkStream?> ConnectAsync()
    {
        EndPoint server = _settings.Host!.StartsWith('/')
            ? new UnixDomainSocketEndPoint($"{_settings.Host}/.s.PGSQL.{_settings.Port}")
            : new DnsEndPoint(_settings.Host, _settings.Port);
        var socket = new Socket(
            server is DnsEndPoint ? AddressFamily.InterNetwork : AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(server);
        var stream = new NetworkStream(socket, ownsSocket: true);
        var parameters = Encoding.UTF8.GetBytes($"\0\u0003\0\0user\0{_settings.Username}\0database\0{_settings.Database}\0\0");
        var startup = new byte[4 + parameters.Length];
        BinaryPrimitives.WriteInt32BigEndian(startup, startup.Length);
        parameters.CopyTo(startup, 4);
        await stream.WriteAsync(startup);
        _greeting.SetLength(0);
        while (await ReadAsync(stream) is { } message)
        {
            if (message[0] == 'R' && message[8] != 0)
                break;
            _greeting.Write(message);
            if (message[0] == 'Z')
                return stream;
        }
        await stream.DisposeAsync();
        return null;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true; // messages are handed on one by one: each would wait 40 ms for an acknowledgement
        await using var client = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (!await StartAsync(client))
                return;
            using var served = new Client(client, _servers, _end.Token);
            await served.RunAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client sees that its connection is gone.
        }
    }

    private async Task<bool> StartAsync(NetworkStream client)
    {
        while (true)
        {
            var head = new byte[8];
            await client.ReadExactlyAsync(head, _end.Token);
            await client.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(head) - 8], _end.Token);
            switch (BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)))
            {
                case SslRequest or GssRequest:
                    await client.WriteAsync("N"u8.ToArray(), _end.Token);
                    break;
                case CancelRequest:
                    return false;
                default:
                    await client.WriteAsync(_greeting.ToArray(), _end.Token);
                    return true;
            }
        }
    }

    /// <summary>A message with its type and length; null at the end.</summary>
    private static async Task<byte[]?> ReadAsync(NetworkStream stream, CancellationToken cancellationToken = default)
    {
        var head = new byte[5];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken) < head.Length)
            return null;
        var message = new byte[1 + BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        head.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(5), cancellationToken);
        return message;
    }

    /// <summary>A client; it has a server from its first message until the server is idle again.</summary>
    private sealed class Client(NetworkStream client, Channel<NetworkStream> servers, CancellationToken end) : IDisposable
    {
        private readonly SemaphoreSlim _turn = new(1, 1);
        private NetworkStream? _server;
        private int _asked;
        private bool _isOpenEnded;

        public void Dispose() => _turn.Dispose();

        public async Task RunAsync()
        {
            while (await ReadAsync(client, end) is { } message && message[0] != 'X')
            {
                await _turn.WaitAsync(end);
                if (_server is null)
                {
                    _server = await servers.Reader.ReadAsync(end);
                    _ = AnswerAsync(_server);
                }
                if (message[0] is (byte)'Q' or (byte)'S')
                    _asked++;
                // What is sent ahead of a Sync belongs to the same transaction; COPY's data are answered by what asked for them.
                _isOpenEnded = message[0] is not ((byte)'Q' or (byte)'S' or (byte)'d' or (byte)'c' or (byte)'f');
                await _server.WriteAsync(message, end);
                _turn.Release();
            }
        }

        private async Task AnswerAsync(NetworkStream server)
        {
            while (await ReadAsync(server, end) is { } message)
            {
                if (message[0] == 'Z')
                {
                    await _turn.WaitAsync(end);
                    _asked--;
                    var isIdle = message[5] == 'I' && _asked == 0 && !_isOpenEnded;
                    if (isIdle)
                        _server = null;
                    _turn.Release();
                    if (isIdle)
                        servers.Writer.TryWrite(server);
                    await client.WriteAsync(message, end);
                    if (isIdle)
                        return;
                    continue;
                }
                await client.WriteAsync(message, end);
            }
        }
    }
}
