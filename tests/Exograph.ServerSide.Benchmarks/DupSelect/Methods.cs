using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>The methods of the dup-select note and their variants, by the numbers of the chapter.</summary>
internal static class Methods
{
    // What is compared with nothing larger stops at 30,000 rows; a round trip for each row takes 0.1 to 0.5 ms, a call of the
    // toolkit's row-wise functions about 1 ms. At 100,000 rows each, a run would take twice as long.
    private const int Fewer = 1, RoundTrips = 2, Calls = 3;

    public static IReadOnlyList<Method> All { get; } = [.. OneTable(), .. ThreeTables()];

    public static Method Find(int levels, string id) => All.Single(m => m.Levels == levels && m.Id == id);

    /// <summary>A method that runs in the server: statements of which the last returns number and hash of the keys.</summary>
    public static Method Query(
        string id, string name, Layout layout, string sql, string setup, Formula? formula = null) =>
        new(id, name, layout, async (connection, _, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return new Answer(await Database.ReadSumAsync(command, cancellationToken));
        })
        { Setup = setup, Formula = formula };

    private static Method[] OneTable()
    {
        var (one, view) = (Layout.One, View.Specimen);
        var exception = Sql.InsertThenSelect(Level.One[0]);
        var select = Sql.SelectThenInsert(Level.One[0]);
        var (insert, distinct) = (Sql.InsertInto(view), Sql.InsertDistinctInto(view));
        return
        [
            new("1", "row by row from the client", one, ClientImport.RowByRow(Level.One)) { StepsDown = RoundTrips },
            new("2", "pipelined batches of 500 from the client", one, ClientImport.Batches(Level.One)) { StepsDown = Fewer },
            Query("3a", "column-based, set statements by hand", one, Sql.Sets, "", Formula.ColumnBased),
            Query("3b", "column-based, dup_select.put_table", one, Sql.PutTable(Sql.Mapping), "", Formula.ColumnBased),
            Query("4a", "trigger, exception block", one, insert, exception, Formula.Trigger) with { StepsDown = Fewer },
            Query("4b", "as 4a, SELECT DISTINCT before", one, distinct, exception) with { StepsDown = Fewer },
            new("4c", "as 4a, by COPY from the client", one, view.Copy) { Setup = exception, StepsDown = Fewer },
            Query("4d", "as 4a, dup_select.insert_on_duplicate_key_select", one, Sql.ToolkitSelect, "")
                with { StepsDown = Calls },
            Query("5a", "trigger, select first, by hand", one, insert, select, Formula.Trigger),
            Query("5b", "as 5a, SELECT DISTINCT before", one, distinct, select),
            new("5c", "as 5a, by COPY from the client", one, view.Copy) { Setup = select, StepsDown = Fewer },
            Query("5d", "as 5a, look-up in a hash index beside the B-tree", Layout.OneWithHash, insert, select)
                with { Scans = "specimen_hash", StepsDown = Fewer },
            Query("5e", "as 5a, unique by EXCLUDE USING hash alone", Layout.OneHashOnly, insert,
                Sql.SelectThenInsert(Level.One[0], "specimen_hash")) with { Scans = "specimen_hash", StepsDown = Fewer },
            Query("5f", "as 5a, made by dup_select.create_inserter_view", one, Sql.InsertIntoGenerated(view),
                Sql.MakeView(view, Sql.Mapping), Formula.Trigger),
            new("5g", "as 5a, chunks of 500 from the client by unnest", one, view.Unnest) { Setup = select, StepsDown = Fewer },
            Query("7a", "dup-return, ON CONFLICT DO NOTHING in a trigger", Layout.OnePlain, Sql.InsertIntoPlain(view),
                Sql.DupReturn, Formula.DupReturn),
            Query("7b", "dup-return, as 4a without the re-fetch", Layout.OneByName, Sql.InsertIntoPlain(view),
                Sql.DupReturnException, Formula.DupReturn) with { StepsDown = Fewer },
            Query("7c", "dup_select.insert_on_duplicate_key_return", Layout.OnePlain, Sql.ToolkitReturn, "")
                with { StepsDown = Calls },
        ];
    }

    private static Method[] ThreeTables()
    {
        var (three, view) = (Layout.Three, View.Flat);
        var onePass = Sql.SelectThenInsertThree;
        return
        [
            new("1", "row by row from the client", three, ClientImport.RowByRow(Level.Three)) { StepsDown = RoundTrips },
            new("2", "pipelined batches of 500 from the client", three, ClientImport.Batches(Level.Three))
                { StepsDown = Fewer },
            Query("3a", "column-based, set statements by hand", three, Sql.SetsThree, "", Formula.ColumnBased),
            Query("3b", "column-based, dup_select.put_table", three, Sql.PutTable(Sql.MappingThree), "", Formula.ColumnBased),
            Query("3c", "as 3a, DISTINCT once, ANALYZE between", three, Sql.SetsThreeOnce, "", Formula.ColumnBased),
            Query("4a", "trigger, exception block, a pass for each table", three, Sql.InsertIntoThreeViews,
                string.Concat(Level.Three.Select(Sql.InsertThenSelect)), Formula.Trigger) with { StepsDown = Fewer },
            Query("5a", "trigger, select first, a pass for each table", three, Sql.InsertIntoThreeViews,
                string.Concat(Level.Three.Select(level => Sql.SelectThenInsert(level))), Formula.Trigger)
                with { StepsDown = Fewer },
            Query("6a", "trigger normalization by hand, one pass for all tables", three, Sql.InsertInto(view), onePass,
                Formula.TriggerNormalization),
            Query("6b", "as 6a, SELECT DISTINCT before", three, Sql.InsertDistinctInto(view), onePass),
            new("6c", "as 6a, by COPY from the client", three, view.Copy) { Setup = onePass, StepsDown = Fewer },
            Query("6d", "as 6a, made by dup_select.create_inserter_view", three, Sql.InsertIntoGenerated(view),
                Sql.MakeView(view, Sql.MappingThree), Formula.TriggerNormalization),
            new("6e", "as 6a, chunks of 500 from the client by unnest", three, view.Unnest)
                { Setup = onePass, StepsDown = Fewer },
            Query("7a", "dup-return, ON CONFLICT DO NOTHING in a trigger, one pass", Layout.ThreePlain,
                Sql.InsertIntoPlainFlat, Sql.DupReturnThree, Formula.DupReturn),
        ];
    }
}
