using System.Runtime.CompilerServices;

namespace Exograph.ServerSide.Cli;

/// <summary>Writes an answer as it comes, as far as it is wanted, and says how to go on.</summary>
/// <param name="context">Where to.</param>
/// <param name="results">As what.</param>
/// <param name="questions">Where sources come from.</param>
/// <param name="question">Which question is answered.</param>
/// <param name="limit">Most rows to show; null for all.</param>
internal sealed class AnswerView(CliContext context, ResultWriter results, IndexQuestions questions, string question, int? limit)
{
    private string? _last;
    private int _rows;
    private bool _hasMore;

    /// <returns>How many rows were written.</returns>
    public async Task<int> WriteAsync<T>(
        IAsyncEnumerable<T> answer, AnswerTable<T> table, int? lines, CancellationToken cancellationToken) where T : Answer
    {
        await WriteRowsAsync(answer, table, lines, cancellationToken);
        return End();
    }

    /// <summary>Writes calls as a graph.</summary>
    /// <returns>How many calls there are.</returns>
    public async Task<int> GraphAsync(IAsyncEnumerable<FoundCall> calls, CancellationToken cancellationToken)
    {
        CallGraph.Write(context.Output, await ShownAsync(calls, cancellationToken).ToListAsync(cancellationToken));
        return End();
    }

    private async Task WriteRowsAsync<T>(
        IAsyncEnumerable<T> answer, AnswerTable<T> table, int? lines, CancellationToken cancellationToken) where T : Answer
    {
        if (results.IsJson)
        {
            await foreach (var row in ShownAsync(answer, cancellationToken))
                results.Answer(row, row.Token is null ? null : FindOptionSet.Encode(question, row.Token));
        }
        else if (table.Source is { } place && (lines is not null || table.IsSource))
        {
            var sources = new SourceView(context, results.Columns, questions, lines ?? 0);
            await foreach (var row in ShownAsync(answer, cancellationToken))
                await sources.AddAsync(place(row), cancellationToken);
            await sources.EndAsync(cancellationToken);
        }
        else
        {
            var rows = await ShownAsync(answer, cancellationToken).ToListAsync(cancellationToken);
            if (rows.Count > 0)
                TextTable.Write(context.Output, table.Headers, rows.Select(r => Array.ConvertAll(table.Cells(r), c => c is string text ? new Whole(text) : c)), results.Columns, table.LeastFirst);
            if (rows is [var only] && table.WholeSource is { } source)
                SourceView.WriteWhole(context.Output, source(only), results.Columns);
        }
    }

    private async IAsyncEnumerable<T> ShownAsync<T>(
        IAsyncEnumerable<T> answer, [EnumeratorCancellation] CancellationToken cancellationToken) where T : Answer
    {
        await foreach (var row in answer.WithCancellation(cancellationToken))
        {
            _hasMore = _rows == limit;
            if (_hasMore)
                yield break;
            _rows++;
            _last = row.Token;
            yield return row;
        }
    }

    private int End()
    {
        if (_hasMore)
            context.Error.WriteLine($"{_rows:N0} {(_rows == 1 ? "row" : "rows")}, and there are more: --after {FindOptionSet.Encode(question, _last!)}");
        return _rows;
    }
}
