namespace Exograph.EmbeddedPostgres;

/// <summary>Locks between processes: on files, held by open handles, so that the system drops them when a process dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until nobody else holds the lock, and takes it alone.</summary>
    public static async Task<FileStream> TakeAsync(string file, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ; waited += s_pause)
        {
            try
            {
                return Open(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (waited >= timeout)
            {
                throw new EmbeddedPostgresException(
                    $"Another process has held the lock {file} for {timeout.TotalSeconds:0} s: {exception.Message}", exception);
            }
            catch (IOException exception) when (exception is not DirectoryNotFoundException)
            {
                await Task.Delay(s_pause, cancellationToken);
            }
            catch (UnauthorizedAccessException exception)
            {
                throw new EmbeddedPostgresException($"{exception.Message} It may belong to another user.", exception);
            }
        }
    }

    /// <summary>Takes the lock alone; null when somebody holds it, the file is missing, or it is not ours.</summary>
    public static FileStream? TryTake(string file)
    {
        try
        {
            return Open(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Takes the lock together with others who share it.</summary>
    /// <exception cref="IOException">Somebody holds it alone.</exception>
    public static FileStream Share(string file) => Open(file, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read);

    /// <summary>A new file, locked alone.</summary>
    public static FileStream Create(string file) => Open(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

    private static FileStream Open(string file, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(file, options);
    }
}
