using Exograph.Shared;

namespace Exograph.Extract.CSharp;

/// <summary>Whole files in memory, up to a size: what a file says of its length may be no longer true, or never have been.</summary>
internal static class RegularBytes
{
    /// <summary>The bytes of a regular file; null where these are more than so many.</summary>
    public static byte[]? Read(string path, int maxBytes)
    {
        using var file = RegularFile.OpenRead(path, FileOptions.SequentialScan);
        if (file.Length > maxBytes)
            return null;
        // One more than it says, so that its end is seen without growing.
        var bytes = new byte[file.Length + 1];
        var count = 0;
        for (int read; (read = file.Read(bytes, count, bytes.Length - count)) > 0;)
        {
            count += read;
            if (count > maxBytes)
                return null;
            if (count == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(maxBytes + 1L, bytes.Length * 2L + 4096));
        }
        Array.Resize(ref bytes, count);
        return bytes;
    }
}
