using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Exograph.Shared;

/// <summary>
/// Reads regular files and nothing else: whoever may write a directory could put a named pipe there, which is never opened for
/// lack of a writer, a device that never ends, or a link to a file that only the reader may read. Linked into those who read
/// directories of others.
/// </summary>
internal static class RegularFile
{
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>What is there instead of a regular file, such as "is a named pipe"; null where it is one. Opens nothing.</summary>
    /// <exception cref="IOException">There is nothing, or it cannot be looked at.</exception>
    public static string? Problem(string path)
    {
        if (!OperatingSystem.IsWindows())
            return LStat(path, out var status) == 0 ? Problem(status) : throw NotSeen(path, Marshal.GetLastPInvokeError());
        var attributes = File.GetAttributes(path);
        return attributes.HasFlag(FileAttributes.ReparsePoint) ? "is a link"
            : attributes.HasFlag(FileAttributes.Directory) ? "is a directory"
            : attributes.HasFlag(FileAttributes.Device) ? "is a device"
            : null;
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <exception cref="IOException">It is no regular file, or cannot be read.</exception>
    public static FileStream OpenRead(string path, FileOptions options = FileOptions.None)
    {
        if (Problem(path) is { } problem)
            throw new IOException($"{path} {problem}, not a regular file");
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Options = options });
        try
        {
            // It may have been exchanged in between: what was opened must be what was looked at.
            return OperatingSystem.IsWindows() || IsSame(path, file.SafeFileHandle)
                ? file
                : throw new IOException($"{path} was exchanged while it was being opened");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static bool IsSame(string path, SafeFileHandle opened) =>
        LStat(path, out var named) == 0 && FStat(opened, out var open) == 0 && Problem(open) is null
        && (named.Device, named.Inode) == (open.Device, open.Inode);

    private static string? Problem(in FileStatus status) => (status.Mode & TypeMask) switch
    {
        Regular => null,
        0x1000 => "is a named pipe",
        0x2000 or 0x6000 => "is a device",
        0x4000 => "is a directory",
        0xA000 => "is a symbolic link",
        0xC000 => "is a socket",
        _ => "is something else",
    };

    private static IOException NotSeen(string path, int error) => new($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");

    // The runtime's own shim of lstat(2) and fstat(2): the structures of the C library differ between systems, and .NET 10 tells
    // no pipe from a file.
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_LStat", SetLastError = true)]
    private static extern int LStat([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out FileStatus status);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_FStat", SetLastError = true)]
    private static extern int FStat(SafeFileHandle file, out FileStatus status);

    /// <summary>With room behind the members that are known, should a later runtime write more.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct FileStatus
    {
        [FieldOffset(4)]
        public int Mode;

        [FieldOffset(88)]
        public long Device;

        [FieldOffset(104)]
        public long Inode;
    }
}
