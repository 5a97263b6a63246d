using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>The methods of the dup-select note side by side: the same input into the same empty tables.</summary>
internal static class DupSelectChapter
{
    private static readonly int[] s_percents = [1, 10, 50, 100];

    public static async Task RunAsync(
        NpgsqlDataSource dataSource, DupSelectOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var run = new Run(new Database(connection), new Random(options.Seed));

        // Once round unmeasured: catalog caches warm, and a method that is broken fails at once.
        await run.MeasureAsync(200, 50, options.Seed, cancellationToken);
        run.Clear();
        for (var round = 1; round <= options.Rounds; round++)
        {
            await Console.Error.WriteLineAsync($"Round {round} of {options.Rounds}");
            foreach (var rows in (int[])[options.Rows / 4, options.Rows / 2, options.Rows])
                foreach (var percent in s_percents)
                    await run.MeasureAsync(rows, percent, options.Seed, cancellationToken);
        }

        var figures = new Figures(options, run.Measurements(), run.CopyMicroseconds);
        await output.WriteLineAsync(new Report(figures).ToString());
        if (options.Json is { } file)
            await File.WriteAllTextAsync(file.FullName, figures.ToJson(), cancellationToken);
    }

    private sealed class Run(Database database, Random random)
    {
        private readonly Dictionary<(Method Method, int Rows, int Keys, int Percent), List<Cost>> _costs = [];
        private readonly List<double> _copyMicroseconds = [];

        public double CopyMicroseconds => Measurement.Median(_copyMicroseconds);

        public async Task MeasureAsync(int rows, int percent, int seed, CancellationToken cancellationToken)
        {
            foreach (var group in Methods.All.GroupBy(m => m.Divisor))
            {
                var count = rows / group.Key;
                var keys = Math.Max(1, count * percent / 100);
                var input = FlatRows.Generate(count, keys, seed);
                var copySeconds = await database.PutInputAsync(input, cancellationToken);
                if (group.Key == 1)
                    _copyMicroseconds.Add(copySeconds / count * 1e6);

                // In another order each time: none has the warmer caches or the quieter machine for long.
                var methods = group.ToArray();
                random.Shuffle(methods);
                foreach (var method in methods)
                {
                    var cost = await database.RunAsync(method, input, cancellationToken);
                    var key = (method, count, keys, percent);
                    if (!_costs.TryGetValue(key, out var costs))
                        _costs.Add(key, costs = []);
                    costs.Add(cost);
                }
            }
        }

        public void Clear()
        {
            _costs.Clear();
            _copyMicroseconds.Clear();
        }

        public IReadOnlyList<Measurement> Measurements() =>
            [.. _costs.Select(c => new Measurement(c.Key.Method, c.Key.Rows, c.Key.Keys, c.Key.Percent, c.Value))];
    }
}
