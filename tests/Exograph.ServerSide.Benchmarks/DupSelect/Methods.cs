namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>The methods of the dup-select note and their variants, by the numbers of the chapter.</summary>
internal static class Methods
{
    public static IReadOnlyList<Method> All { get; } = [.. OneTable(), .. ThreeTables()];

    private static string OneTrigger => Sql.SelectThenInsert("specimen", null, "note");

    private static string OneExceptionTrigger => Sql.InsertThenSelect("specimen", null, "note");

    private static IEnumerable<Method> OneTable()
    {
        yield return new Method
        {
            Id = "1",
            Name = "row by row from the client",
            Layout = Layout.One,
            Divisor = 10,
            RunAsync = async (connection, rows, token) => await ClientImport.RowByRowAsync(connection, 1, rows, token),
        };
        yield return new Method
        {
            Id = "2",
            Name = "pipelined batches of 500 from the client",
            Layout = Layout.One,
            RunAsync = async (connection, rows, token) => await ClientImport.BatchAsync(connection, 1, rows, token),
        };
        yield return new Method
        {
            Id = "3a",
            Name = "column-based, set statements by hand",
            Layout = Layout.One,
            RunAsync = Method.Query(Sql.Sets),
            Note = NoteCost.ColumnBased,
        };
        yield return new Method
        {
            Id = "3b",
            Name = "column-based, dup_select.put_table",
            Layout = Layout.One,
            RunAsync = Method.Query(Sql.PutTable),
            Note = NoteCost.ColumnBased,
        };
        yield return new Method
        {
            Id = "4a",
            Name = "trigger, exception block",
            Layout = Layout.One,
            Setup = OneExceptionTrigger,
            RunAsync = Method.Query(Sql.InsertIntoView),
            Note = NoteCost.Trigger,
        };
        yield return new Method
        {
            Id = "4b",
            Name = "as 4a, SELECT DISTINCT before",
            Layout = Layout.One,
            Setup = OneExceptionTrigger,
            RunAsync = Method.Query(Sql.InsertDistinctIntoView),
        };
        yield return new Method
        {
            Id = "4c",
            Name = "as 4a, by COPY from the client",
            Layout = Layout.One,
            Setup = OneExceptionTrigger,
            RunAsync = Method.Copy("dup_bench.specimen_in (name, note)", row => [row.Name, row.Note]),
        };
        yield return new Method
        {
            Id = "4d",
            Name = "as 4a, dup_select.insert_on_duplicate_key_select",
            Layout = Layout.One,
            Divisor = 10,
            RunAsync = Method.Query(Sql.ToolkitSelect),
            Note = NoteCost.Trigger,
        };
        yield return new Method
        {
            Id = "5a",
            Name = "trigger, select first, by hand",
            Layout = Layout.One,
            Setup = OneTrigger,
            RunAsync = Method.Query(Sql.InsertIntoView),
            Note = NoteCost.Trigger,
        };
        yield return new Method
        {
            Id = "5b",
            Name = "as 5a, SELECT DISTINCT before",
            Layout = Layout.One,
            Setup = OneTrigger,
            RunAsync = Method.Query(Sql.InsertDistinctIntoView),
        };
        yield return new Method
        {
            Id = "5c",
            Name = "as 5a, by COPY from the client",
            Layout = Layout.One,
            Setup = OneTrigger,
            RunAsync = Method.Copy("dup_bench.specimen_in (name, note)", row => [row.Name, row.Note]),
        };
        yield return new Method
        {
            Id = "5d",
            Name = "as 5a, look-up in a hash index beside the B-tree",
            Layout = Layout.OneWithHash,
            Setup = OneTrigger,
            RunAsync = Method.Query(Sql.InsertIntoView),
            Scans = "specimen_hash",
        };
        yield return new Method
        {
            Id = "5e",
            Name = "as 5a, unique by EXCLUDE USING hash alone",
            Layout = Layout.OneHashOnly,
            Setup = Sql.SelectThenInsert("specimen", null, "note", "specimen_hash"),
            RunAsync = Method.Query(Sql.InsertIntoView),
            Scans = "specimen_hash",
        };
        yield return new Method
        {
            Id = "5f",
            Name = "as 5a, made by dup_select.create_inserter_view",
            Layout = Layout.One,
            Setup = Sql.MakeView,
            RunAsync = Method.Query(Sql.InsertIntoView),
            Note = NoteCost.Trigger,
        };
        yield return new Method
        {
            Id = "7a",
            Name = "dup-return, ON CONFLICT DO NOTHING in a trigger",
            Layout = Layout.OnePlain,
            Setup = Sql.DupReturn,
            RunAsync = Method.Query(Sql.InsertIntoPlainView),
            Note = NoteCost.DupReturn,
        };
        yield return new Method
        {
            Id = "7b",
            Name = "dup-return, as 4a without the re-fetch",
            Layout = Layout.OneByName,
            Setup = Sql.DupReturnException,
            RunAsync = Method.Query(Sql.InsertIntoPlainView),
            Note = NoteCost.DupReturn,
        };
        yield return new Method
        {
            Id = "7c",
            Name = "dup_select.insert_on_duplicate_key_return",
            Layout = Layout.OnePlain,
            Divisor = 10,
            RunAsync = Method.Query(Sql.ToolkitReturn),
            Note = NoteCost.DupReturn,
        };
    }

    private static IEnumerable<Method> ThreeTables()
    {
        yield return new Method
        {
            Id = "1",
            Name = "row by row from the client",
            Layout = Layout.Three,
            Divisor = 10,
            RunAsync = async (connection, rows, token) => await ClientImport.RowByRowAsync(connection, 3, rows, token),
        };
        yield return new Method
        {
            Id = "2",
            Name = "pipelined batches of 500 from the client",
            Layout = Layout.Three,
            RunAsync = async (connection, rows, token) => await ClientImport.BatchAsync(connection, 3, rows, token),
        };
        yield return new Method
        {
            Id = "3a",
            Name = "column-based, set statements by hand",
            Layout = Layout.Three,
            RunAsync = Method.Query(Sql.SetsThree),
            Note = NoteCost.ColumnBased,
        };
        yield return new Method
        {
            Id = "3b",
            Name = "column-based, dup_select.put_table",
            Layout = Layout.Three,
            RunAsync = Method.Query(Sql.PutTableThree),
            Note = NoteCost.ColumnBased,
        };
        yield return new Method
        {
            Id = "4a",
            Name = "trigger, exception block, a pass for each table",
            Layout = Layout.Three,
            Setup = string.Concat(
                Sql.InsertThenSelect("country", null, null), Sql.InsertThenSelect("place", "country_id", null),
                Sql.InsertThenSelect("specimen", "place_id", "note")),
            RunAsync = Method.Query(Sql.InsertIntoThreeViews),
            Note = NoteCost.Trigger,
        };
        yield return new Method
        {
            Id = "5a",
            Name = "trigger, select first, a pass for each table",
            Layout = Layout.Three,
            Setup = string.Concat(
                Sql.SelectThenInsert("country", null, null), Sql.SelectThenInsert("place", "country_id", null),
                Sql.SelectThenInsert("specimen", "place_id", "note")),
            RunAsync = Method.Query(Sql.InsertIntoThreeViews),
            Note = NoteCost.Trigger,
        };
        yield return new Method
        {
            Id = "6a",
            Name = "trigger normalization by hand, one pass for all tables",
            Layout = Layout.Three,
            Setup = Sql.SelectThenInsertThree,
            RunAsync = Method.Query(Sql.InsertIntoFlatView),
            Note = NoteCost.TriggerNormalization,
        };
        yield return new Method
        {
            Id = "6b",
            Name = "as 6a, SELECT DISTINCT before",
            Layout = Layout.Three,
            Setup = Sql.SelectThenInsertThree,
            RunAsync = Method.Query(Sql.InsertDistinctIntoFlatView),
        };
        yield return new Method
        {
            Id = "6c",
            Name = "as 6a, by COPY from the client",
            Layout = Layout.Three,
            Setup = Sql.SelectThenInsertThree,
            RunAsync = Method.Copy(
                "dup_bench.flat_in (country, place, name, note)", row => [row.Country, row.Place, row.Name, row.Note]),
        };
        yield return new Method
        {
            Id = "6d",
            Name = "as 6a, made by dup_select.create_inserter_view",
            Layout = Layout.Three,
            Setup = Sql.MakeViewThree,
            RunAsync = Method.Query(Sql.InsertIntoFlatView),
            Note = NoteCost.TriggerNormalization,
        };
        yield return new Method
        {
            Id = "7a",
            Name = "dup-return, ON CONFLICT DO NOTHING in a trigger, one pass",
            Layout = Layout.ThreePlain,
            Setup = Sql.DupReturnThree,
            RunAsync = Method.Query(Sql.InsertIntoPlainFlatView),
            Note = NoteCost.DupReturn,
        };
    }
}
