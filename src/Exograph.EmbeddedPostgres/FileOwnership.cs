using System.Runtime.InteropServices;

namespace Exograph.EmbeddedPostgres;

/// <summary>Whom a file belongs to, what it is, and who may write it; of a link, not of what it names.</summary>
internal readonly record struct FileOwnership(uint User, uint Group, int Mode)
{
    private const int TypeMask = 0xF000;
    private const int GroupWrite = 0x10;
    private const int OthersWrite = 0x2;
    private const int Sticky = 0x200;

    /// <summary>The user of this process.</summary>
    public static uint Self => OperatingSystem.IsWindows() ? 0 : GetEUid();

    public bool IsFile => (Mode & TypeMask) == 0x8000;

    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    public bool IsLink => (Mode & TypeMask) == 0xA000;

    /// <summary>Whether others than the owner and the root group may write it. Of a link the mode says nothing.</summary>
    public bool IsOpenToOthers => !IsLink && ((Mode & OthersWrite) != 0 || ((Mode & GroupWrite) != 0 && Group != 0));

    /// <summary>Whether what is in a directory can be removed and renamed by its owner only.</summary>
    public bool IsSticky => (Mode & Sticky) != 0;

    /// <summary>Null where there is nothing, or it cannot be looked at; on Windows, too.</summary>
    public static FileOwnership? Of(string path) =>
        !OperatingSystem.IsWindows() && LStat(path, out var status) == 0 ? new(status.User, status.Group, status.Mode) : null;

    // The runtime's own shims of the system calls: the structures of the C library differ between systems.
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_LStat")]
    private static extern int LStat([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out FileStatus status);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_GetEUid")]
    private static extern uint GetEUid();

    /// <summary>With room behind the members that are known, should a later runtime write more.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct FileStatus
    {
        [FieldOffset(4)]
        public int Mode;

        [FieldOffset(8)]
        public uint User;

        [FieldOffset(12)]
        public uint Group;
    }
}
