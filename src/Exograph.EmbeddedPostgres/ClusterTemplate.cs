using System.Security.Cryptography;
using System.Text;

namespace Exograph.EmbeddedPostgres;

/// <summary>A data directory in the cache, made once by initdb, from which ephemeral servers start as copies.</summary>
internal sealed class ClusterTemplate
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private readonly PostgresBinaries _binaries;
    private readonly UnprivilegedUser? _user;
    private readonly string _templates;
    private readonly string _directory;

    public ClusterTemplate(PostgresBinaries binaries, UnprivilegedUser? user, string cacheDirectory)
    {
        _binaries = binaries;
        _user = user;
        _templates = Path.Combine(cacheDirectory, "templates");
        // The place too: equal versions may be built differently. The user: it owns the files.
        var place = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(binaries.BinDirectory)))[..8];
        _directory = Path.Combine(_templates, $"{binaries.Version}-{place}-{user?.Name ?? "own"}");
    }

    private string DataDirectory => Path.Combine(_directory, "server", "data");

    private string PassFile => Path.Combine(_directory, EphemeralHome.PassFileName);

    /// <summary>
    /// Gives the cluster a data directory, a copy of the template's, which is made first where it lacks; without the template
    /// where the cache cannot be written. Its password goes to the given file.
    /// </summary>
    public async Task InstantiateAsync(Cluster cluster, string passFile, CancellationToken cancellationToken)
    {
        if (await ProvideAsync(cancellationToken))
        {
            File.Copy(PassFile, passFile);
            await cluster.CopyAsync(DataDirectory, cancellationToken);
            return;
        }
        var password = await PasswordFile.ProvideAsync(passFile, cancellationToken);
        await cluster.InitializeAsync(password, sync: false, cancellationToken);
    }

    private async Task<bool> ProvideAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(_directory))
            return true;
        FileStream alone;
        try
        {
            Places.CreateDirectory(_templates);
            alone = await FileLock.TakeAsync(_directory + ".lock", s_patience, cancellationToken);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or EmbeddedPostgresException)
        {
            return false;
        }
        await using (alone)
        {
            if (!Directory.Exists(_directory))
                await CreateAsync(cancellationToken);
            return true;
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var temporary = _directory + ".new";
        if (Directory.Exists(temporary))
            await new ServerFiles(_user).DeleteHomeAsync(temporary, Path.Combine(temporary, "server"), cancellationToken);
        Places.CreateDirectory(temporary, Places.ModeAround(_user));
        var cluster = new Cluster(_binaries, _user, Path.Combine(temporary, "server"));
        await cluster.CreateDirectoryAsync(cancellationToken);
        var password = await PasswordFile.ProvideAsync(Path.Combine(temporary, EphemeralHome.PassFileName), cancellationToken);
        await cluster.InitializeAsync(password, sync: true, cancellationToken);
        Directory.Move(temporary, _directory);
    }
}
