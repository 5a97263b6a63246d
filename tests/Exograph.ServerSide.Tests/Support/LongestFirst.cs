using Exograph.ServerSide.Tests.Support;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Exograph.ServerSide.Tests.Support;

/// <summary>Begins the classes that take minutes first: begun last, they would run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long =
    [
        nameof(Model.SequenceTests), nameof(Model.MoreSequenceTests), nameof(Model.StoppedSequenceTests),
        nameof(DupSelect.PutSchema.PutSchemaModelTests), nameof(Model.SequenceOracleTests),
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => Array.FindIndex(s_long, name => c.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal)) < 0)];
}
