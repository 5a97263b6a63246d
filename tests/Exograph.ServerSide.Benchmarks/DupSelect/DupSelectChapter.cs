using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>The methods of the dup-select note side by side: the same input into the same empty tables.</summary>
internal sealed class DupSelectChapter(Database database, DupSelectOptions options, Func<CancellationToken, Task> checkpointAsync)
{
    private static readonly int[] s_percents = [1, 10, 50, 100];

    private readonly Dictionary<(Method Method, int Rows, int Keys, int Percent), List<Cost>> _costs = [];
    private readonly Random _random = new(options.Seed);

    /// <param name="dataSource">A database with Exograph in it.</param>
    /// <param name="options">How much is measured.</param>
    /// <param name="checkpointAsync">Asks the server for a checkpoint, lest one falls into what is timed.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    public static async Task<Figures> RunAsync(
        NpgsqlDataSource dataSource, DupSelectOptions options, Func<CancellationToken, Task> checkpointAsync,
        CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var chapter = new DupSelectChapter(new Database(connection), options, checkpointAsync);
        return await chapter.RunAsync(cancellationToken);
    }

    private async Task<Figures> RunAsync(CancellationToken cancellationToken)
    {
        // Once unmeasured: catalog caches warm, and a method that is broken fails at once.
        await MeasureAsync(Methods.All, 200, 50, cancellationToken);
        _costs.Clear();
        for (var round = 1; round <= options.Rounds; round++)
        {
            await Console.Error.WriteLineAsync($"{DateTime.Now:T} round {round} of {options.Rounds}");
            await database.CleanAsync(cancellationToken);
            foreach (var rows in options.Sizes.Distinct())
            {
                Method[] methods = [.. Methods.All.Where(m => options.SizesOf(m).Contains(rows))];
                foreach (var percent in s_percents)
                    await MeasureAsync(methods, rows, percent, cancellationToken);
            }
        }
        return new Figures(
            options, [.. _costs.Select(c => new Measurement(c.Key.Method, c.Key.Rows, c.Key.Keys, c.Key.Percent, c.Value))]);
    }

    private async Task MeasureAsync(IEnumerable<Method> methods, int rows, int percent, CancellationToken cancellationToken)
    {
        var keys = FlatRows.KeysOf(rows, percent);
        var input = FlatRows.Generate(rows, keys, options.Seed);
        var copySeconds = await database.PutInputAsync(input, cancellationToken);
        await checkpointAsync(cancellationToken);

        // In another order each time: none has the warmer caches or the quieter machine for long.
        var order = methods.ToArray();
        _random.Shuffle(order);
        foreach (var method in order)
        {
            var cost = await database.RunAsync(method, input, cancellationToken);
            var key = (method, rows, keys, percent);
            if (!_costs.TryGetValue(key, out var costs))
                _costs.Add(key, costs = []);
            costs.Add(cost with { CopySeconds = copySeconds });
        }
    }
}
