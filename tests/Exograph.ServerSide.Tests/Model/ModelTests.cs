using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>The oracle itself: what it takes for granted about PostgreSQL, and that it sees what is wrong.</summary>
public sealed class ModelTests
{
    private const int Cases = 200;

    [Fact]
    public async Task Jsonb_is_ordered_and_equal_as_on_the_server()
    {
        var values = ValuePools.JsonTexts.Select(text => new Json(text)).ToArray();
        var pairs = from left in values from right in values select (left, right);
        var expected = await CompareOnServerAsync("jsonb", [.. values.Select(value => value.Text)]);
        Assert.Equal(expected, pairs.Select(pair => Math.Sign(pair.left.CompareTo(pair.right))));
        Assert.Equal(expected.Select(order => order == 0), pairs.Select(pair => pair.left.Value == pair.right.Value));
    }

    [Fact]
    public async Task Texts_are_ordered_and_equal_as_on_the_server()
    {
        var texts = ValuePools.Texts;
        var pairs = from left in texts from right in texts select (left, right);
        var expected = await CompareOnServerAsync("text COLLATE \"C\"", [.. texts]);
        Assert.Equal(expected, pairs.Select(pair => Math.Sign(Cell.CompareText(pair.left, pair.right))));
        Assert.Equal(
            expected.Select(order => order == 0),
            pairs.Select(pair => Cell.Render(pair.left) == Cell.Render(pair.right)));
    }

    [Fact]
    public void A_row_too_few_too_many_or_changed_is_a_difference()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var rows = Rows(Load(new BundleGenerator(new Random(seed)).Next()).Validation);
            if (rows.Count == 0)
                continue;
            var random = new Random(seed);
            var victim = rows[random.Next(rows.Count)];
            var column = victim.Row.Table.Columns.Select((c, i) => (c.Name, i)).Last(c => c.Name != "id").i;
            var changed = victim.Cells.ToArray();
            changed[column] = changed[column] is long ? "changed" : -77L;
            var whole = Content(rows);
            Assert.Empty(whole.Differences(Content(rows.OrderBy(_ => random.Next()))));
            Assert.NotEmpty(whole.Differences(Content(rows.Where(row => row != victim))));
            Assert.NotEmpty(Content(rows.Where(row => row != victim)).Differences(whole));
            Assert.NotEmpty(whole.Differences(Content([.. rows, victim])));
            Assert.NotEmpty(whole.Differences(Content(rows.Select(row => row == victim ? row with { Cells = changed } : row))));
        }
    }

    [Fact]
    public void Parts_of_a_bundle_are_good_by_themselves_and_together_the_whole()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var bundle = BundleSplitter.Agreeing(new BundleGenerator(random).Next());
            var (whole, validation) = Load(bundle);
            Assert.Empty(validation.Rejected);
            var parts = BundleSplitter.Split(bundle, 3, random).Select(part => BundleSplitter.Renumbered(part, random)).ToArray();
            random.Shuffle(parts);
            Assert.All(parts, part => Assert.Empty(new BundleValidation(part).Rejected));
            Assert.Empty(whole.Content().DifferencesInSubstance(Load(parts).Model.Content()));
        }
    }

    [Fact]
    public void Generated_bundles_reach_every_outcome_of_every_table()
    {
        var totals = BundleTable.All.ToDictionary(table => table.Name, table => new TableCounts(table.Name, 0, 0, 0, 0, 0, 0));
        for (var seed = 0; seed < Cases; seed++)
        {
            var generator = new BundleGenerator(new Random(seed));
            var model = new IndexModel();
            for (var load = 1; load <= 3; load++)
            {
                var bundle = generator.Next();
                var report = model.Load(load, bundle, new BundleValidation(bundle), _ => 0);
                foreach (var counts in report.Where(counts => totals.ContainsKey(counts.Table)))
                    totals[counts.Table] = Sum(totals[counts.Table], counts);
            }
        }
        Assert.All(totals.Values, counts => Assert.True(
            new[] { counts.Inserted, counts.Existing, counts.Collapsed, counts.Rejected }.Min() > Cases / 10, $"{counts}"));
        string[] withoutPayload = ["terms", "fragment_terms"];
        Assert.All(
            totals.Values.Where(counts => !withoutPayload.Contains(counts.Table)),
            counts => Assert.True(counts.Conflicting > 0, $"{counts}"));
    }

    [Fact]
    public void A_load_that_is_undone_was_never_there_unless_others_lose_by_it()
    {
        var (losing, alone, together) = (0, 0, 0);
        for (var seed = 0; seed < Cases / 4; seed++)
        {
            var random = new Random(seed);
            BundleGenerator[] producers = [new(random), new(random)];
            var bundles = Enumerable.Range(0, 4).Select(_ => producers[random.Next(2)].Next()).ToArray();
            var undone = random.Next(1, 5);
            var without = Loaded(bundles, load => load != undone).Content().Without(BundleTable.Terms);

            var model = Loaded(bundles, _ => true);
            var losses = model.Undo(new HashSet<int> { undone }, rowsToo: false);
            var differences = without.Differences(model.Content().Without(BundleTable.Terms));
            Assert.True(losses.Count > 0 || differences.Count == 0, $"{seed}: {string.Join('\n', differences)}");

            model = Loaded(bundles, _ => true);
            Assert.True(losses.Count == 0 || model.MayBeLeantOn(undone), $"{seed}: {string.Join('\n', losses)}");
            var all = model.WithDependents(undone);
            without = Loaded(bundles, load => !all.Contains(load)).Content().Without(BundleTable.Terms);
            Assert.Empty(model.Undo(all, rowsToo: false));
            Assert.Empty(without.Differences(model.Content().Without(BundleTable.Terms)));
            losing += losses.Count > 0 ? 1 : 0;
            alone += all.Count == 1 ? 1 : 0;
            together += all.Count is > 1 and < 4 ? 1 : 0;
        }
        Assert.All([losing, alone, together], count => Assert.True(count > 4, $"{losing}, {alone}, {together}"));
    }

    private static IndexModel Loaded(Bundle[] bundles, Predicate<int> loads)
    {
        var model = new IndexModel();
        for (var load = 1; load <= bundles.Length; load++)
        {
            if (loads(load))
                model.Load(load, bundles[load - 1], new BundleValidation(bundles[load - 1]), _ => 0);
        }
        return model;
    }

    private static (IndexModel Model, BundleValidation Validation) Load(params Bundle[] bundles)
    {
        var model = new IndexModel();
        var validations = bundles.Select(bundle => new BundleValidation(bundle)).ToList();
        for (var i = 0; i < bundles.Length; i++)
            model.Load(i + 1, bundles[i], validations[i], _ => 0);
        return (model, validations[^1]);
    }

    /// <summary>The rows that would stand in an index: one per key.</summary>
    private static List<ValidRow> Rows(BundleValidation validation) => [.. validation.AllValid.DistinctBy(row => row.Key)];

    private static IndexContent Content(IEnumerable<ValidRow> rows)
    {
        var content = new IndexContent();
        foreach (var row in rows)
            content.Add(row.Row.Table, BundleValidation.KeyOf(row.Row.Table, row.Cells), row.Cells, load: 1);
        return content;
    }

    private static TableCounts Sum(TableCounts left, TableCounts right) => new(
        left.Table,
        left.Staged + right.Staged,
        left.Inserted + right.Inserted,
        left.Existing + right.Existing,
        left.Collapsed + right.Collapsed,
        left.Rejected + right.Rejected,
        left.Conflicting + right.Conflicting);

    /// <summary>-1, 0 or 1 for every pair of values.</summary>
    private static async Task<List<int>> CompareOnServerAsync(string type, string[] values)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var command = database.DataSource.CreateCommand(
            $"""
            SELECT CASE WHEN l < r THEN -1 WHEN l = r THEN 0 ELSE 1 END
            FROM (SELECT v::{type} AS l, n AS i FROM unnest($1) WITH ORDINALITY u(v, n)) a,
                 (SELECT v::{type} AS r, n AS j FROM unnest($1) WITH ORDINALITY u(v, n)) b
            ORDER BY i, j
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = values });
        await using var reader = await command.ExecuteReaderAsync();
        var orders = new List<int>();
        while (await reader.ReadAsync())
            orders.Add(reader.GetInt32(0));
        return orders;
    }
}
