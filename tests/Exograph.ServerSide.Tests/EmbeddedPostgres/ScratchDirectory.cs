using System.Runtime.Versioning;
using Exograph.EmbeddedPostgres;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

/// <summary>A directory that the server's user can enter, too, and that is gone after the test.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class ScratchDirectory : IDisposable
{
    public string Path { get; } =
        Places.CreateTemporary("exograph-test-", user: null, Places.IsRoot ? (UnixFileMode)0b111_101_101 : Places.Private);

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes an executable shell script.</summary>
    public void WriteProgram(string name, string script)
    {
        var file = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
    }

    /// <summary>Writes what looks like a PostgreSQL of that version.</summary>
    public string WritePostgres(string binDirectory, string version)
    {
        foreach (var name in (string[])["initdb", "pg_ctl", "postgres"])
            WriteProgram(System.IO.Path.Combine(binDirectory, name), $"echo 'postgres (PostgreSQL) {version}'");
        return this[binDirectory];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
