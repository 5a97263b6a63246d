using Npgsql;

namespace Exograph.ServerSide;

/// <summary>COPY of what is in the binary format already.</summary>
internal static class RawCopy
{
    private const int BufferBytes = 256 << 10;

    /// <summary>Sends all rows, with their header and their end.</summary>
    public static Task SendAsync(
        NpgsqlConnection connection, string command, ReadOnlyMemory<byte> rows, CancellationToken cancellationToken) =>
        SendAsync(connection, command, copy => copy.WriteAsync(rows, cancellationToken), cancellationToken);

    /// <summary>Sends on what a query of another server answers, through one buffer.</summary>
    public static Task PipeAsync(
        NpgsqlConnection source, string query, NpgsqlConnection target, string command, CancellationToken cancellationToken) =>
        SendAsync(target, command, async ValueTask (output) =>
        {
            var input = await source.BeginRawBinaryCopyAsync(query, cancellationToken).ConfigureAwait(false);
            await using (input.ConfigureAwait(false))
            {
                input.ReadTimeout = Timeout.Infinite;
                var buffer = new byte[BufferBytes];
                while (await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
                    await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }, cancellationToken);

    private static async Task SendAsync(
        NpgsqlConnection connection, string command, Func<NpgsqlRawCopyStream, ValueTask> write, CancellationToken cancellationToken)
    {
        var copy = await connection.BeginRawBinaryCopyAsync(command, cancellationToken).ConfigureAwait(false);
        // A server that waits for its disk is not lost; whoever is in a hurry has the token.
        copy.ReadTimeout = Timeout.Infinite;
        copy.WriteTimeout = Timeout.Infinite;
        try
        {
            await write(copy).ConfigureAwait(false);
        }
        catch
        {
            await copy.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        await copy.DisposeAsync().ConfigureAwait(false);
    }
}
