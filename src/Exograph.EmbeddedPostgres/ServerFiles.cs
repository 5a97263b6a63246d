using System.Globalization;

namespace Exograph.EmbeddedPostgres;

/// <summary>
/// Works on files that belong to the server's user, as that user. Where this process is root, that user could put a link in the
/// place of any of them, and root would read, write or delete what the link names.
/// </summary>
internal sealed class ServerFiles(UnprivilegedUser? user)
{
    private const int MostBytes = 8192;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    // A pipe would never end, a device neither.
    private const string ReadStart = "[ -f \"$0\" ] && exec head -c 8192 -- \"$0\"";
    private const string ReadEnd = "[ -f \"$0\" ] && tail -c \"+$1\" -- \"$0\" | tail -c 8192";
    private const string MakePrivate = "umask 077 && mkdir -p -- \"$0\"";

    /// <summary>The start of a file; null where there is none.</summary>
    public async Task<string?> ReadStartAsync(string file, CancellationToken cancellationToken)
    {
        if (user is null)
            return File.Exists(file) ? await ReadAsync(file, offset: 0, cancellationToken) : null;
        var result = await RunAsync([ReadStart, file], cancellationToken);
        return result.ExitCode == 0 ? result.Output : null;
    }

    /// <summary>The end of a file, no earlier than the given offset; nothing where there is none.</summary>
    public async Task<string> ReadEndAsync(string file, long offset, CancellationToken cancellationToken)
    {
        if (user is null)
            return File.Exists(file)
                ? await ReadAsync(file, Math.Max(offset, new FileInfo(file).Length - MostBytes), cancellationToken)
                : "";
        var first = (offset + 1).ToString(CultureInfo.InvariantCulture);
        return (await RunAsync([ReadEnd, file, first], cancellationToken)).Output;
    }

    /// <summary>Makes a directory that only the server's user can enter, in one of that user's.</summary>
    public async Task CreateDirectoryAsync(string directory, CancellationToken cancellationToken)
    {
        if (user is null)
            Places.CreateDirectory(directory, Places.Private);
        else
            (await RunAsync([MakePrivate, directory], cancellationToken)).ThrowIfFailed($"{directory} could not be made.");
    }

    public async Task MoveAsync(string from, string to, CancellationToken cancellationToken)
    {
        if (user is null && Directory.Exists(from))
            Directory.Move(from, to);
        else if (user is null)
            File.Move(from, to, overwrite: true);
        else
            (await RunAsync(["exec mv -f -- \"$0\" \"$1\"", from, to], cancellationToken))
                .ThrowIfFailed($"{from} could not be renamed.");
    }

    public async Task DeleteFileAsync(string file, CancellationToken cancellationToken)
    {
        if (user is null)
            File.Delete(file);
        else
            await RunAsync(["exec rm -f -- \"$0\"", file], cancellationToken);
    }

    /// <summary>Deletes a directory of the server's user; where it lies in one of root's, it stays, empty.</summary>
    public async Task DeleteDirectoryAsync(string directory, CancellationToken cancellationToken)
    {
        if (user is not null)
            await RunAsync(["exec rm -rf -- \"$0\"", directory], cancellationToken);
        else if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    /// <summary>
    /// Deletes a directory of ours, and in it one of the server's user: that one's content as its user; what then is left of it
    /// must be empty.
    /// </summary>
    public async Task DeleteHomeAsync(string directory, string serverDirectory, CancellationToken cancellationToken)
    {
        await DeleteDirectoryAsync(serverDirectory, cancellationToken);
        if (Directory.Exists(serverDirectory))
            Directory.Delete(serverDirectory);
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<string> ReadAsync(string file, long offset, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(
            file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        stream.Position = offset;
        var buffer = new byte[MostBytes];
        var length = await stream.ReadAtLeastAsync(buffer, MostBytes, throwOnEndOfStream: false, cancellationToken);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }

    private Task<CommandResult> RunAsync(string[] script, CancellationToken cancellationToken) =>
        Command.RunBareAsync(user!.Wrap(["/bin/sh", "-c", .. script]), "/", s_timeout, cancellationToken);
}
