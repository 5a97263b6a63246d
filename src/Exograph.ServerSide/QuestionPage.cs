namespace Exograph.ServerSide;

/// <summary>Which packages a question is about; what is null narrows nothing down.</summary>
public sealed record QuestionScope
{
    /// <summary>Name of the package.</summary>
    public string? Package { get; init; }
    /// <summary>Version of the package.</summary>
    public string? Version { get; init; }
    /// <summary>Ecosystem of the package.</summary>
    public string? Ecosystem { get; init; }
}

/// <summary>Which rows of an answer are wanted.</summary>
public sealed record QuestionPage
{
    /// <summary>Begin after the row that has this <see cref="Answer.Token"/>, of the same question; null for the first row.</summary>
    public string? After { get; init; }

    /// <summary>Most rows, 1 or more; null for all there are.</summary>
    public int? Limit { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">The limit is less than 1.</exception>
    internal void Check()
    {
        if (Limit is { } limit)
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, nameof(Limit));
    }
}
