using System.Globalization;

using Values = System.Collections.Generic.Dictionary<string, string?>;

namespace Exograph.ServerSide.Tests.DupSelect.PutSchema;
/// <summary>What became of the rows of a table.</summary>
internal sealed record ReportRow(string Table)
{
    public long In { get; set; }

    public long Inserted { get; set; }

    public long Existing { get; set; }

    public long Updated { get; set; }

    public long Collapsed { get; set; }

    public long Conflicting { get; set; }

    public long Rejected { get; set; }
}

/// <summary>A row that was put aside, with the rules that it may be said to break.</summary>
internal sealed record Reject(string Table, long Row, IReadOnlyCollection<string> Rules);

/// <summary>What put_schema does, by its contract, in memory. Rows of the target are changed in place.</summary>
internal sealed class PutModel(
    IReadOnlyList<ShapeTable> tables, Options options, IReadOnlyDictionary<string, List<Values>> target)
{
    private readonly Dictionary<ShapeTable, List<Row>> _rows = [];
    private readonly Dictionary<(ShapeTable Table, string Row, string Column), string> _numbers = [];
    private int _drawn;

    public List<Reject> Rejects { get; } = [];

    /// <summary>How many rejects the error tells. NULL where there is none.</summary>
    public int? RefusedBy { get; private set; }

    public SortedDictionary<string, ReportRow> Report { get; } = new(StringComparer.Ordinal);

    private IEnumerable<ShapeTable> Put => tables.Where(t => t.InSource);

    private IEnumerable<Row> AllRows => Put.SelectMany(t => _rows[t]);

    public void Run(IReadOnlyList<SourceRow> source)
    {
        foreach (var table in Put)
            Read(table, [.. source.Where(r => r.Table == table)]);
        foreach (var table in Put)
            CheckRows(table);
        foreach (var table in Put)
            CheckNumbers(table);
        foreach (var table in Put)
            CheckCircles(table);
        FollowRejects(late: false);
        if (Refuses())
            return;
        Identify();
        foreach (var table in Put)
            CheckIdentified(table);
        FollowRejects(late: true);
        if (Refuses())
            return;
        foreach (var table in Put)
            Write(table);
    }

    private bool Refuses()
    {
        if (options.MostRejects is not { } most || Rejects.Count <= most)
            return false;
        RefusedBy = Rejects.Count;
        return true;
    }

    private void Read(ShapeTable table, List<SourceRow> source)
    {
        var ordered = table.Ordered
            ? source.OrderBy(r => r.Order).ToList()
            : [.. source.OrderBy(r => r, Comparer<SourceRow>.Create((a, b) => ComparePrimary(table, a, b)))];
        _rows[table] = [];
        Report[table.Name] = new ReportRow(table.Name) { In = ordered.Count };
        for (var n = 0; n < ordered.Count; n++)
        {
            var row = new Row(table, n + 1, table.Ordered ? n + 1 : source.IndexOf(ordered[n]) + 1);
            var bad = table.SourceColumns.Where(c => c.SourceType is not null)
                .FirstOrDefault(c => !c.TryRead(ordered[n].Values[c.Name], out _));
            _rows[table].Add(row);
            foreach (var column in table.SourceColumns)
            {
                _ = column.TryRead(ordered[n].Values[column.Name], out var value);
                row.Raw[column.Name] = value;
            }
            if (bad is not null)
                PutAside(row, $"{Quoted(bad.Name)} does not cast to {TypeName(bad)}");
        }
    }

    /// <summary>By the primary key in the source; numbers as such, also those that are there as text; NULL comes last.</summary>
    private static int ComparePrimary(ShapeTable table, SourceRow a, SourceRow b) => table.Primary
        .Select(c => (A: a.Values[c], B: b.Values[c], table[c].Kind))
        .Select(v => v.A is null || v.B is null ? (v.A is null).CompareTo(v.B is null)
            : v.Kind == Kind.Integer
                ? long.Parse(v.A, CultureInfo.InvariantCulture).CompareTo(long.Parse(v.B, CultureInfo.InvariantCulture))
                : string.CompareOrdinal(v.A, v.B))
        .FirstOrDefault(order => order != 0);

    private static string TypeName(ShapeColumn column) => column.SqlType switch
    {
        "varchar(4)" => "character varying(4)",
        var type => type,
    };

    internal static string Quoted(string name) =>
        name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            && !char.IsAsciiDigit(name[0]) && name is not ("order" or "new" or "row")
            ? name
            : name == "new" ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private void PutAside(Row row, params string[] rules)
    {
        row.IsGone = true;
        Rejects.Add(new Reject(row.Table.Name, row.Place, rules));
        Report[row.Table.Name].Rejected++;
    }

    private IEnumerable<Row> Left(ShapeTable table) => _rows[table].Where(r => !r.IsGone);

    private static bool IsLate(ShapeTable table, IEnumerable<string> columns) =>
        columns.SelectMany(c => table[c].LowerOf is { } of ? new[] { c, of } : [c])
            .Any(c => table.IsDrawn(c) || table.Links.Any(l => IsPut(table, l) && l.Columns.Contains(c)));

    /// <summary>What it refers to is put in, too, with the columns by which it does.</summary>
    private static bool IsPut(ShapeTable table, ShapeLink link) =>
        IsHeld(table, link) && link.Parent.InSource && link.ParentColumns.All(c => link.Parent[c].InSource);

    private static bool IsHeld(ShapeTable table, ShapeLink link) => link.Columns.All(c => table[c].InSource);

    private static IEnumerable<(string Rule, Func<Func<string, string?>, bool> Holds)> Rules(ShapeTable table, bool late)
    {
        foreach (var check in table.Checks.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            string[] columns = check.Other is null ? [check.Column] : [check.Column, check.Other];
            if (IsLate(table, columns) == late)
            {
                yield return ($"violates {Quoted(check.Name)}", get => get(check.Column) is not { } value
                    || (check.Other is null ? !value.StartsWith('-') : get(check.Other) is not { } other || value != other));
            }
        }
        if (table.PartitionedBy is { } by && IsLate(table, table.Columns.Select(c => c.Name)) == late)
            yield return ("is of no partition", get => get(by) is "1" or "2" or "a" or "b");
    }

    private void CheckRows(ShapeTable table)
    {
        foreach (var row in Left(table).ToList())
        {
            var missing = table.Columns.FirstOrDefault(c =>
                (c.Required || table.Primary.Contains(c.Name)) && !c.HasDefault && c.LowerOf is null && table.IsFilled(c.Name)
                && row.Raw[c.Name] is null);
            var rule = missing is not null
                ? $"{Quoted(missing.Name)} is missing"
                : Rules(table, late: false).FirstOrDefault(r => !r.Holds(c => WithDefault(table, c, name => row.Raw.GetValueOrDefault(name)))).Rule;
            if (rule is not null)
                PutAside(row, rule);
        }
    }

    /// <summary>What a new row holds: the value, or the default, or what it is generated from.</summary>
    private static string? WithDefault(ShapeTable table, string column, Func<string, string?> given) =>
        table[column].LowerOf is { } of
            ? WithDefault(table, of, given)?.ToLowerInvariant()
            : (table[column].InSource ? given(column) : null) ?? table[column].Default;

    private void CheckNumbers(ShapeTable table)
    {
        var sets = new List<IReadOnlyList<string>>();
        if (table.Primary.Count > 0)
            sets.Add(table.Primary);
        sets.AddRange(Put.SelectMany(t => t.Links.Where(l => l.Parent == table && IsPut(t, l)).Select(l => l.ParentColumns)));
        var key = table.NaturalKey(options.WithoutKey);
        foreach (var set in sets
            .Where(s => s.All(c => table[c].InSource) && key?.IsOn(s) != true)
            .DistinctBy(s => string.Join(',', s.Order(StringComparer.Ordinal)))
            .OrderBy(s => string.Join(',', s), StringComparer.Ordinal))
        {
            foreach (var same in Left(table).Where(r => set.All(c => r.Raw[c] is not null))
                .GroupBy(r => string.Join('\0', set.Select(c => r.Raw[c]))).Where(g => g.Count() > 1).ToList())
            {
                foreach (var row in same)
                    PutAside(row, sets.Select(s => $"{string.Join(", ", s.Select(Quoted))} is there twice").ToArray());
            }
        }
    }

    /// <summary>Rows of a tree that no way leads to from its top.</summary>
    private void CheckCircles(ShapeTable table)
    {
        if (NeededLinks(table).FirstOrDefault(l => l.Parent == table) is not { } link)
            return;
        var left = Left(table).ToList();
        while (left.RemoveAll(r => Parent(r, link) is not { } parent || !left.Contains(parent)) > 0)
        {
        }
        foreach (var row in left)
            PutAside(row, "refers to itself in a circle");
    }

    /// <summary>The row of the source that a link means. NULL where it means none.</summary>
    /// <param name="row">The row that refers.</param>
    /// <param name="link">By which it does.</param>
    /// <param name="known">Also rows that were put aside after it was told which ones they are.</param>
    private Row? Parent(Row row, ShapeLink link, bool known = false) =>
        !IsPut(row.Table, link) || link.Columns.Any(c => row.Raw[c] is null)
            ? null
            : _rows[link.Parent].Where(p => !p.IsGone || (known && p.IsKnown))
                .FirstOrDefault(p => Enumerable.Range(0, link.Columns.Count).All(n => p.Raw[link.ParentColumns[n]] == row.Raw[link.Columns[n]]));

    private bool IsInTarget(Row row, ShapeLink link) =>
        !IsPut(row.Table, link) || !link.ParentColumns.Any(link.Parent.IsDrawn)
            ? target[link.Parent.Name].Exists(t =>
                Enumerable.Range(0, link.Columns.Count).All(n => t[link.ParentColumns[n]] == row.Raw[link.Columns[n]]))
            : false;

    /// <summary>The row refers to none, or late to one that was put aside and that goes by another key in the target.</summary>
    private bool Dangles(Row row, ShapeLink link, bool late) =>
        link.Columns.All(c => row.Raw[c] is not null) && Parent(row, link) is null
        && (!IsInTarget(row, link) || (late && Parent(row, link, known: true) is { } gone
            && Enumerable.Range(0, link.Columns.Count).Any(n => New(gone, link.ParentColumns[n]) != row.Raw[link.Columns[n]])));

    private void FollowRejects(bool late)
    {
        if (late && _followedUpTo == Rejects.Count)
            return;
        for (var again = true; again;)
        {
            again = false;
            foreach (var row in AllRows.Where(r => !r.IsGone))
            {
                var dangling = row.Table.Links.Where(l => IsHeld(row.Table, l) && Dangles(row, l, late)).ToList();
                if (dangling.Count == 0 && row.SameAs?.IsGone != true)
                    continue;
                again = true;
                row.IsGone = true;
                _followed.Add(row);
            }
        }
        // All rules that are broken in the end: which was seen first does not matter.
        foreach (var row in _followed)
        {
            var first = row.SameAs ?? row;
            PutAside(row, [.. row.Table.Links
                .Where(l => IsHeld(row.Table, l) && (Dangles(row, l, late) || Dangles(first, l, late)))
                .Select(l => $"{string.Join(", ", l.Columns.Select(Quoted))} refers to no row of dst.{Quoted(l.Parent.Name)}")]);
        }
        _followed.Clear();
        _followedUpTo = Rejects.Count;
    }

    private readonly List<Row> _followed = [];
    private int _followedUpTo;

    /// <summary>Natural keys refer to each other in a circle.</summary>
    public bool IsCircular
    {
        get
        {
            var left = Put.ToList();
            while (left.RemoveAll(t => !NeededLinks(t).Any(l => l.Parent != t && left.Contains(l.Parent))) > 0)
            {
            }
            return left.Count > 0;
        }
    }

    /// <summary>Tells for each row which one of the target, or which other one of the source, it is.</summary>
    private void Identify()
    {
        GoDown(Find);
        foreach (var same in AllRows.Where(r => !r.IsGone && r.Key is not null).GroupBy(r => (r.Table, r.Key)))
        {
            var first = same.MinBy(r => r.Number)!;
            foreach (var row in same.Where(r => r != first))
                row.SameAs = first;
        }
    }

    /// <summary>Visits each row after all rows of the tables that it needs, and, of its own table, after those that it needs.</summary>
    private void GoDown(Action<Row> visit)
    {
        for (var again = true; again;)
        {
            again = false;
            foreach (var table in Put)
            {
                var links = NeededLinks(table).ToList();
                if (!links.TrueForAll(l => l.Parent == table || Left(l.Parent).All(r => r.IsKnown)))
                    continue;
                foreach (var row in Left(table).Where(r => !r.IsKnown && links.TrueForAll(l => Parent(r, l) is not { IsKnown: false })).ToList())
                {
                    again = true;
                    visit(row);
                    row.IsKnown = true;
                }
            }
        }
    }

    /// <summary>Links that decide the natural key, or values by which the row is referred to.</summary>
    private IEnumerable<ShapeLink> NeededLinks(ShapeTable table)
    {
        var key = table.NaturalKey(options.WithoutKey);
        var needed = (key is null ? [] : key.Columns.SelectMany(c => table[c].LowerOf is { } of ? new[] { c, of } : [c]).Append(key.Where))
            .Concat(table.Primary)
            .Concat(Put.SelectMany(t => t.Links.Where(l => l.Parent == table && IsPut(t, l)).SelectMany(l => l.ParentColumns)))
            .ToHashSet();
        return table.Links.Where(l => IsPut(table, l) && Provides(table, l).Any(needed.Contains));
    }

    /// <summary>The columns whose values this link decides: that no smaller one does, and that do not stay as they are.</summary>
    private IEnumerable<string> Provides(ShapeTable table, ShapeLink link) => link.Columns.Where(c =>
        !IsConstant(table, c)
        && !Ordered(table).TakeWhile(l => l != link).Any(l => l.Columns.Contains(c)
            && l.Columns.All(o => link.Columns.Contains(o) || table[o].Required || table.Primary.Contains(o))));

    private static IEnumerable<ShapeLink> Ordered(ShapeTable table) => table.Links.Where(l => IsHeld(table, l))
        .OrderBy(l => l.Columns.Count).ThenBy(l => l.Name, StringComparer.Ordinal);

    private HashSet<(ShapeTable Table, string Column)>? _constant;

    /// <summary>The value is the same in the target as in the source, whatever row is meant: that of a tenant that has no table.</summary>
    private bool IsConstant(ShapeTable table, string column)
    {
        if (_constant is null)
        {
            _constant = [.. Put.SelectMany(t => t.Columns
                .Where(c => t.IsFilled(c.Name) && c.LowerOf is null && c.Default is null && t.NaturalKey(options.WithoutKey) is { } key && key.Parts.Contains(new KeyPart(c.Name)))
                .Select(c => (t, c.Name)))];
            while (_constant.RemoveWhere(c => c.Table.Links.Any(l => IsPut(c.Table, l) && l.Columns.Contains(c.Column)
                && !_constant.Contains((l.Parent, l.ParentColumns[l.Columns.ToList().IndexOf(c.Column)])))) > 0)
            {
            }
        }
        return _constant.Contains((table, column));
    }

    /// <summary>What the target has, or will have, in a column that the source fills, before defaults.</summary>
    private string? Mapped(Row row, string column)
    {
        if (!row.Table.IsFilled(column))
            return null;
        if (IsConstant(row.Table, column))
            return row.Raw[column];
        var decides = Ordered(row.Table).FirstOrDefault(l => l.Columns.Contains(column) && l.Columns.All(c => row.Raw[c] is not null));
        return decides is not null && Parent(row, decides, known: true) is { } parent
            ? New(parent, decides.ParentColumns[decides.Columns.ToList().IndexOf(column)])
            : row.Raw.GetValueOrDefault(column);
    }

    /// <summary>What the row is referred to by in the target.</summary>
    private string? New(Row row, string column)
    {
        if (row.Key is not null)
            row = _rows[row.Table].Where(r => r.IsKnown && r.Key == row.Key).MinBy(r => r.Number) ?? row;
        return row.Found is { } found ? found[column] : NewValue(row, column);
    }

    private string? NewValue(Row row, string column)
    {
        if (row.Table.IsDrawn(column) || (row.Table[column].NewUuid && Mapped(row, column) is null))
        {
            // Rows of one key have one number, whichever of them comes first.
            var key = (row.Table, row.Key ?? $"row {row.Number}", column);
            if (!_numbers.TryGetValue(key, out var drawn))
                _numbers[key] = drawn = string.Create(CultureInfo.InvariantCulture, $"n{++_drawn}");
            return drawn;
        }
        return WithDefault(row.Table, column, c => Mapped(row, c));
    }

    private void Find(Row row)
    {
        if (row.Table.NaturalKey(options.WithoutKey) is not { } key)
            return;
        var values = key.Parts.Select(p => Lower(p, NewKeyValue(row, p.Column))).ToList();
        if ((!key.NullsEqual && values.Contains(null)) || (key.Where is { } flag && NewKeyValue(row, flag) != "true"))
            return;
        row.Key = string.Join('\0', values.Select(v => v is null ? "-" : $"+{v}"));
        row.Found = target[row.Table.Name].Find(t =>
            (key.Where is not { } where || t[where] == "true")
            && key.Parts.Select(p => Lower(p, t[p.Column])).SequenceEqual(values));
    }

    /// <summary>A uuid that is yet to be made tells nothing.</summary>
    private string? NewKeyValue(Row row, string column) => WithDefault(row.Table, column, c => Mapped(row, c));

    private static string? Lower(KeyPart part, string? value) => part.Lower ? value?.ToLowerInvariant() : value;

    private string OnExisting(ShapeTable table) => table.OnExisting ?? options.OnExisting;

    private void CheckIdentified(ShapeTable table)
    {
        if (OnExisting(table) == "fail")
            PutAsideAll(table, r => r.Found is not null, "exists already");
        bool IsWritten(Row row) => row.SameAs is null && (row.Found is null || OnExisting(table) == "update");
        foreach (var (rule, holds) in Rules(table, late: true))
            PutAsideAll(table, r => IsWritten(r) && !holds(c => Written(r, c)), rule);
        var natural = table.NaturalKey(options.WithoutKey);
        foreach (var key in table.Candidates.Where(k => k.Name != natural?.Name).OrderBy(k => k.Name, StringComparer.Ordinal))
        {
            var rule = $"violates {Quoted(key.Name!)}";
            PutAsideAll(table, r => IsWritten(r) && KeyOf(key, c => Written(r, c)) is { } value
                && target[table.Name].Exists(t => t != r.Found && KeyOf(key, c => t[c]) == value), rule);
            var firsts = Left(table).Where(r => IsWritten(r)).GroupBy(r => KeyOf(key, c => Written(r, c)))
                .Where(g => g.Key is not null).Select(g => g.MinBy(r => r.Place)!).ToHashSet();
            PutAsideAll(table, r => IsWritten(r) && KeyOf(key, c => Written(r, c)) is not null && !firsts.Contains(r), rule);
        }
    }

    /// <summary>What the row will hold once it is written.</summary>
    private string? Written(Row row, string column)
    {
        if (row.Found is null)
            return row.Table[column].LowerOf is { } of ? Written(row, of)?.ToLowerInvariant() : NewValue(row, column);
        if (row.Table[column].LowerOf is { } lowered)
            return Written(row, lowered)?.ToLowerInvariant();
        return Payload(row.Table).Contains(column) ? Mapped(row, column) ?? (row.Table[column].HasDefault ? row.Found[column] : null) : row.Found[column];
    }

    private static string? KeyOf(ShapeKey key, Func<string, string?> get)
    {
        var values = key.Parts.Select(p => Lower(p, get(p.Column))).ToList();
        return (!key.NullsEqual && values.Contains(null)) || (key.Where is { } flag && get(flag) != "true")
            ? null
            : string.Join('\0', values.Select(v => v is null ? "-" : $"+{v}"));
    }

    private void PutAsideAll(ShapeTable table, Func<Row, bool> isBad, string rule)
    {
        foreach (var bad in Left(table).Where(r => r.SameAs is null && isBad(r)).ToList())
        {
            foreach (var row in Left(table).Where(r => r == bad || r.SameAs == bad).ToList())
                PutAside(row, rule);
        }
    }

    /// <summary>What tells no row apart.</summary>
    private IEnumerable<string> Payload(ShapeTable table)
    {
        var key = table.NaturalKey(options.WithoutKey);
        var telling = table.Primary
            .Concat(Put.SelectMany(t => t.Links.Where(l => l.Parent == table && IsPut(t, l)).SelectMany(l => l.ParentColumns)))
            .Concat(key is null ? [] : key.Columns.SelectMany(c => table[c].LowerOf is { } of ? new[] { c, of } : [c]))
            .Append(key?.Where)
            .ToHashSet();
        return table.Columns.Where(c => c.LowerOf is null && table.IsFilled(c.Name) && !telling.Contains(c.Name)).Select(c => c.Name);
    }

    private void Write(ShapeTable table)
    {
        var report = Report[table.Name];
        var payload = Payload(table).ToList();
        var hasKey = table.NaturalKey(options.WithoutKey) is not null;
        foreach (var row in Left(table))
        {
            if (row.SameAs is { } first)
            {
                report.Collapsed++;
                if (Differs(row, c => Mapped(first, c)))
                    report.Conflicting++;
            }
            else if (row.Found is not { } found)
            {
                report.Inserted++;
                _added.Add((table, table.Columns.ToDictionary(c => c.Name, c => Written(row, c.Name))));
            }
            else if (OnExisting(table) == "update" && Differs(row, c => found[c]))
            {
                report.Updated++;
                _changed.Add((found, table.Columns.ToDictionary(c => c.Name, c => Written(row, c.Name))));
            }
            else
            {
                report.Existing++;
                if (OnExisting(table) == "keep" && Differs(row, c => found[c]))
                    report.Conflicting++;
            }
        }

        bool Differs(Row row, Func<string, string?> other) => hasKey && payload.Exists(c =>
            !(table[c].HasDefault && Mapped(row, c) is null) && Mapped(row, c) != other(c));
    }

    private readonly List<(ShapeTable Table, Values Row)> _added = [];
    private readonly List<(Values Row, Values Values)> _changed = [];

    /// <summary>Enters what was written into the target: last, as all is compared to what was there before.</summary>
    public void Finish()
    {
        foreach (var (row, values) in _changed)
        {
            foreach (var (name, value) in values)
                row[name] = value;
        }
        foreach (var (table, row) in _added)
            target[table.Name].Add(row);
    }

    private sealed class Row(ShapeTable table, long number, long place)
    {
        public ShapeTable Table => table;

        /// <summary>By the key in the source, or as the mapping orders rows: the lower wins.</summary>
        public long Number => number;

        /// <summary>As the mapping orders rows, or as they come.</summary>
        public long Place => place;

        /// <summary>As the source has it.</summary>
        public Values Raw { get; } = [];

        public bool IsGone { get; set; }

        public bool IsKnown { get; set; }

        public string? Key { get; set; }

        public Values? Found { get; set; }

        public Row? SameAs { get; set; }
    }
}
