namespace Exograph.EmbeddedPostgres;

/// <summary>
/// The superuser's password, which only TCP connections need: in a file for libpq and Npgsql, in no text that is shown or logged.
/// </summary>
internal static class PasswordFile
{
    /// <summary>The superuser, and the database that is there from the start.</summary>
    public const string User = "postgres";

    private const string Prefix = $"*:*:*:{User}:";

    /// <summary>Makes a password and its file; or reads the one that is there.</summary>
    public static async Task<string> ProvideAsync(string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim()[Prefix.Length..];
        var password = Places.Random() + Places.Random();
        await WriteAsync(file, Prefix + password, cancellationToken);
        return password;
    }

    /// <summary>Writes a line to a file that nobody else can read.</summary>
    public static async Task WriteAsync(string file, string line, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(file, options);
        await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
    }
}
