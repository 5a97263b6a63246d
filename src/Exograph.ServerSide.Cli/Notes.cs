namespace Exograph.ServerSide.Cli;

/// <summary>Lines for a person about what goes on.</summary>
internal sealed class Notes(TerminalWriter error, string prefix) : IProgress<string>
{
    public void Report(string value) => error.WriteParagraph(prefix, value);
}
