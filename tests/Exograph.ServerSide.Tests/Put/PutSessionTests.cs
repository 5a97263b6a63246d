using System.ComponentModel.DataAnnotations.Schema;
using Exograph.ServerSide.Tests.Readme;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Put;

/// <summary>Putting rows of objects and values into a schema by the library.</summary>
public sealed class PutSessionTests(MigratedDatabase shared) : IClassFixture<MigratedDatabase>
{
    private readonly TestDatabase _database = shared.Database;

    private enum State
    {
        Open,
        PaidInFull,
    }

    private sealed record Customer(int Id, string Email, string? Name = null, DateOnly? Born = null, Dictionary<string, string>? Ignored = null)
    {
        [NotMapped]
        public Dictionary<string, string>? Ignored { get; init; } = Ignored;

        public string[]? Tags { get; init; }
    }

    [Table("order")]
    private sealed record Purchase(long Id, [property: Column("number")] string No, int CustomerId, State State);

    [Fact]
    public async Task Objects_are_rows_and_their_keys_can_be_asked_for_afterwards()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("INSERT INTO customer (id, email) VALUES (500, 'b@x'); SELECT setval('customer_id_seq', 500)");
        await using var session = await _database.Client.BeginPutAsync(shop.Schema, new PutOptions { KeepMaps = true });

        Assert.Equal(3, await session.StageAsync([
            new Customer(1, "a@x", "Ann", new DateOnly(2000, 2, 29)) { Tags = ["x", "y z"] }, new Customer(2, "b@x"), new Customer(3, "a@x")]));
        Assert.Equal(2, await session.StageAsync(new[] { new Purchase(1, "A", 1, State.PaidInFull), new Purchase(2, "B", 2, State.Open) }.ToAsyncEnumerable()));
        var report = await session.PutAsync();

        Assert.Equal(["customer|3|1|1|1|0", "order|2|2|0|0|0"], report.Tables.Select(t => $"{t.Table}|{t.RowsIn}|{t.Inserted}|{t.Existing}|{t.Collapsed}|{t.Rejected}"));
        Assert.False(report.IsDryRun);
        var keys = new Dictionary<int, int>();
        await foreach (var (old, now) in session.MapAsync<int, int>("customer"))
            keys.Add(old, now);
        Assert.Equal(new Dictionary<int, int> { [1] = 501, [2] = 500, [3] = 501 }, keys);
        var orders = await session.MapAsync("order").ToListAsync();
        Assert.Equal([1L, 2L], orders.Select(o => (long)o.Old[0]!));
        Assert.All(orders, o => Assert.False(o.Existed));
        Assert.Equal(["501|Ann|2000-02-29|[\"x\",\"y z\"]|A|paid_in_full", "500|-|-|-|B|open"], await shop.RowsAsync(
            "SELECT c.id, name, born, tags, number, state FROM customer c JOIN \"order\" o ON o.customer_id = c.id ORDER BY number"));
    }

    [Fact]
    public async Task The_example_of_the_page_tells_what_keys_have_become()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("INSERT INTO customer (id, email) VALUES (70, 'bob@x.org')");
        var orders = new object?[][] { ["A", 2] }.ToAsyncEnumerable();
        var ids = await PutExample.RunAsync(_database.Client, shop.Schema, orders, TestContext.Current.CancellationToken);
        Assert.Equal(new Dictionary<int, int> { [1] = 1, [2] = 70 }, ids);
        Assert.Equal(["A|70"], await shop.RowsAsync("SELECT number, customer_id FROM \"order\""));
    }

    [Fact]
    public async Task Values_are_staged_for_any_columns_and_typed_by_the_catalog()
    {
        var shop = await Shop.CreateAsync(_database);
        await using var session = await _database.Client.BeginPutAsync(shop.Schema);
        await session.StageAsync("customer", ["email", "score", "settings", "token", "seen", "picture"],
            new object?[][] { ["a@x", 1.25m, "{\"a\":1}", Guid.Empty, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), new byte[] { 1 }], ["b@x", null, DBNull.Value, null, null, null] });
        await session.StageAsync("customer", ["email", "score", "settings", "token", "seen", "picture"], new object?[][] { ["c@x", 2m, null, null, null, null] });
        var report = await session.PutAsync();
        Assert.Equal(3, report.Tables.Single().Inserted);
        Assert.Equal(["a@x|1.25|{\"a\": 1}|00000000-0000-0000-0000-000000000000|2026-01-01T00:00:00+00:00|\\x01", "b@x|-|-|-|-|-", "c@x|2.00|-|-|-|-"],
            await shop.RowsAsync("SELECT email, score, settings, token, seen, picture FROM customer ORDER BY 1"));
    }

    [Fact]
    public async Task A_value_that_cannot_be_stored_is_told_by_table_row_and_column()
    {
        var shop = await Shop.CreateAsync(_database);
        await FailsAsync("customer, row 2, column level:", s => s.StageAsync("customer", ["email", "level"], new object?[][] { ["a@x", (short)1], ["b@x", new object()] }));
        await FailsAsync("customer, row 1, column email: the text holds a NUL", s => s.StageAsync("customer", ["email"], new object?[][] { ["a\0"] }));
        await FailsAsync("customer, row 1: expected 1 values, found 2", s => s.StageAsync("customer", ["email"], new object?[][] { ["a", "b"] }));
        await FailsAsync("customer, row 1, column email: null", s => s.StageAsync([new Customer(1, null!)]));
        await FailsAsync("customer has no column nome", s => s.StageAsync("customer", ["nome"], new object?[][] { ["a"] }));
        await FailsAsync($"schema {shop.Schema} has no table client", s => s.StageAsync("client", ["email"], new object?[][] { ["a"] }));
        await FailsAsync("customer, row 2, column settings:", s => s.StageAsync("customer", ["settings"], new object?[][] { [null], ["{"] }));
        Assert.Empty(await shop.RowsAsync("SELECT email FROM customer"));

        async Task FailsAsync(string message, Func<PutSession, Task> work)
        {
            await using var session = await _database.Client.BeginPutAsync(shop.Schema);
            var e = await Assert.ThrowsAsync<PutException>(() => work(session));
            Assert.StartsWith(message, e.Message);
            // A transaction that failed is over.
            await Assert.ThrowsAsync<InvalidOperationException>(() => session.PutAsync());
        }
    }

    [Fact]
    public async Task Rejected_rows_are_told_by_their_ordinals_whether_it_fails_or_not()
    {
        var shop = await Shop.CreateAsync(_database);
        object?[][] rows = [[9, "a@x", "x"], [1, null, "x"], [2, "b@x", new string('n', 21)]];
        await using (var strict = await _database.Client.BeginPutAsync(shop.Schema))
        {
            await strict.StageAsync("customer", ["id", "email", "name"], rows);
            var e = await Assert.ThrowsAsync<PutException>(() => strict.PutAsync());
            Assert.Equal(("23000", "customer", 2), (e.SqlState, e.TargetTable, e.Rejected));
            Assert.Equal([2, 3], e.Rejects.Select(r => r.Line));
            Assert.NotNull(e.Hint);
        }
        await using var session = await _database.Client.BeginPutAsync(shop.Schema, new PutOptions { OnReject = RejectPolicy.Skip, RejectsReturned = 1 });
        await session.StageAsync("customer", ["id", "email", "name"], rows);
        var report = await session.PutAsync();
        Assert.Equal(2, report.Tables.Single().Rejected);
        Assert.Equal("email is missing", report.Rejects.Single().Rule);
        Assert.Equal("""{"id": 1, "name": "x", "email": null}""", report.Rejects.Single().Row);
        Assert.Equal(["a@x"], await shop.RowsAsync("SELECT email FROM customer"));
    }

    [Fact]
    public async Task Expressions_fill_columns_and_tables_have_rules_of_their_own()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("INSERT INTO customer (email, name) VALUES ('a@x', 'old'); INSERT INTO product (sku) VALUES ('p')");
        await using var session = await _database.Client.BeginPutAsync(shop.Schema, new PutOptions
        {
            Mapping = new Dictionary<string, PutMapping>
            {
                ["customer"] = new() { Columns = new Dictionary<string, string?> { ["email"] = "lower(mail)", ["mail"] = null }, OnExisting = ExistingRows.Update },
            },
        });
        await session.StageAsync("customer", ["mail", "name"], new object?[][] { ["A@X", "new"] });
        await session.StageAsync("product", ["sku", "category_id"], new object?[][] { ["p", null] });
        var report = await session.PutAsync();
        Assert.Equal([1, 0], report.Tables.Select(t => t.Updated));
        Assert.Equal(["a@x|new"], await shop.RowsAsync("SELECT email, name FROM customer"));
    }

    [Fact]
    public async Task What_the_state_of_a_session_does_not_allow_is_refused()
    {
        var shop = await Shop.CreateAsync(_database);
        var session = await _database.Client.BeginPutAsync(shop.Schema);
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.MapAsync("customer").ToListAsync().AsTask());
        var empty = await Assert.ThrowsAsync<PutException>(() => session.PutAsync());
        Assert.Equal("no rows have been staged", empty.Message);
        await session.DisposeAsync();
        await session.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.PutAsync());

        await using var done = await _database.Client.BeginPutAsync(shop.Schema);
        await done.StageAsync("customer", ["email"], new object?[][] { ["a@x"] });
        await Assert.ThrowsAsync<PutException>(() => done.StageAsync("customer", ["email", "name"], new object?[][] { ["a@x", "b"] }));
        await Assert.ThrowsAsync<ArgumentException>(() => _database.Client.BeginPutAsync(shop.Schema, new PutOptions { RejectLimit = 3 }));
        await Assert.ThrowsAsync<ArgumentException>(() => _database.Client.BeginPutAsync(shop.Schema, new PutOptions { DryRun = true, KeepMaps = true }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _database.Client.BeginPutAsync(shop.Schema, new PutOptions { OnExisting = (ExistingRows)9 }));
        await Assert.ThrowsAsync<PutException>(() => _database.Client.BeginPutAsync("nowhere"));
    }

    [Fact]
    public async Task A_session_that_is_disposed_leaves_nothing_behind()
    {
        var shop = await Shop.CreateAsync(_database);
        var settings = _database.Settings;
        (settings.MaxPoolSize, settings.NoResetOnClose) = (1, true);
        await using var client = ExographClient.Create(settings.ConnectionString);
        await using (var session = await client.BeginPutAsync(shop.Schema))
            await session.StageAsync("customer", ["email"], new object?[][] { ["a@x"] });
        await using (var session = await client.BeginPutAsync(shop.Schema, new PutOptions { KeepMaps = true }))
        {
            await session.StageAsync("customer", ["id", "email"], new object?[][] { [1, "b@x"] });
            await session.PutAsync();
        }
        await using var command = client.DataSource.CreateCommand("SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()");
        Assert.Equal(0L, await command.ExecuteScalarAsync());
        Assert.Equal(["b@x"], await shop.RowsAsync("SELECT email FROM customer"));
    }

    [Fact]
    public async Task Cancelling_puts_nothing_in()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("INSERT INTO customer (email) VALUES ('a@x')");
        await using var other = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand($"INSERT INTO {shop.Schema}.customer (email) VALUES ('b@x')", other))
            await insert.ExecuteNonQueryAsync();
        await using var session = await _database.Client.BeginPutAsync(shop.Schema);
        await session.StageAsync("customer", ["email"], new object?[][] { ["b@x"], ["c@x"] });
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        // It waits for the other session, which has inserted one of the rows.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.PutAsync(cancellation.Token));

        await session.DisposeAsync();
        await transaction.RollbackAsync();
        Assert.Equal(["a@x"], await shop.RowsAsync("SELECT email FROM customer"));
    }

    [Fact]
    public async Task Cancelling_ends_rows_that_never_end()
    {
        var shop = await Shop.CreateAsync(_database);
        await using var session = await _database.Client.BeginPutAsync(shop.Schema);
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.StageAsync("customer", ["email"], Rows(), cancellation.Token));

        IEnumerable<object?[]> Rows()
        {
            for (var i = 0; ; i++)
            {
                if (i == 100_000)
                    cancellation.Cancel();
                yield return [$"{i}@x"];
            }
        }
    }

    [Fact]
    public async Task Progress_and_telemetry_tell_what_goes_on()
    {
        var shop = await Shop.CreateAsync(_database);
        var seen = new List<PutProgress>();
        await using var session = await _database.Client.BeginPutAsync(shop.Schema, new PutOptions { Progress = new Immediate(seen) });
        await session.StageAsync("customer", ["email"], Enumerable.Range(0, 40_000).Select(i => new object?[] { $"{i}@x" }));
        await session.PutAsync();
        Assert.Equal([16_384, 32_768, 40_000], seen.Where(p => p.Table == "customer" && p.Phase is null).Select(p => p.RowsStaged));
        Assert.Equal(
            [PutPhase.Read, PutPhase.Check, PutPhase.Find, PutPhase.Put],
            seen.Where(p => p.Table == "customer").Select(p => p.Phase).OfType<PutPhase>().Distinct());
        Assert.Equal(PutPhase.Report, seen[^1].Phase);
    }

    private sealed class Immediate(List<PutProgress> seen) : IProgress<PutProgress>
    {
        public void Report(PutProgress value) => seen.Add(value);
    }
}
