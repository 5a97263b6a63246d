using Xunit;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>Tells who runs the tests what takes long before the first of them.</summary>
internal sealed class Diagnostics : IProgress<string>
{
    public static Diagnostics Default { get; } = new();

    public void Report(string value) => TestContext.Current.SendDiagnosticMessage(value);
}
