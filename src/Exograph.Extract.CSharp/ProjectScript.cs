using System.Text;
using System.Xml;

namespace Exograph.Extract.CSharp;

/// <summary>A condition, and what it must come to for what it guards.</summary>
internal readonly record struct ProjectGuard(string Condition, bool Holds);

/// <summary>A property that a project file sets where all guards say so.</summary>
internal sealed record ProjectProperty(string Name, string Value, int Line, IReadOnlyList<ProjectGuard> Guards)
{
    /// <summary>Whether it is none, but the import of the file of that path, at this point.</summary>
    public bool IsImport { get; init; }
}

/// <summary>An item of a project file, where all guards say so.</summary>
/// <param name="Kind">The element's name.</param>
/// <param name="Include">What it includes, as written.</param>
/// <param name="Remove">What it takes out of what is included so far.</param>
/// <param name="Modifiers">The attributes Static and Alias.</param>
/// <param name="Guards">The conditions of the item and of what is around it.</param>
internal sealed record ProjectItem(
    string Kind, string? Include, string? Remove, (string? Static, string? Alias) Modifiers, IReadOnlyList<ProjectGuard> Guards);

/// <summary>
/// The properties that a project or props file sets, and its items, in its order: those of groups of the project and of its Choose
/// elements, not those of targets. Read as a stream, for source trees belong to others.
/// </summary>
/// <param name="Folder">Where the file is.</param>
/// <param name="Sdk">The SDK that it names, or that one of its imports does.</param>
/// <param name="Properties">The properties that it sets.</param>
/// <param name="Items">The items that matter to what its sources mean.</param>
internal sealed record ProjectScript(
    string Folder, string? Sdk, IReadOnlyList<ProjectProperty> Properties, IReadOnlyList<ProjectItem> Items)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 64;
    private const int MaxAlternatives = 100;

    private static readonly HashSet<string> s_items = ["ProjectReference", "PackageReference", "FrameworkReference", "InternalsVisibleTo", "Using"];

    public bool HasSdk => Sdk is not null;

    /// <summary>A text of this file with the folders in it that depend on the file and the project.</summary>
    public string WithFolders(string text, string project) => text
        .Replace("$(MSBuildThisFileDirectory)", Folder + "/", StringComparison.OrdinalIgnoreCase)
        .Replace("$(MSBuildProjectDirectory)", project, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ExtractException">It cannot be read. The message quotes nothing of what it holds.</exception>
    public static ProjectScript Read(string path)
    {
        var reader = new Parser();
        try
        {
            using var bytes = new MemoryStream(RegularBytes.Read(path, MaxBytes) ?? throw new ExtractException($"more than {MaxBytes} bytes"));
            using var xml = XmlReader.Create(bytes, new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
                MaxCharactersInDocument = MaxBytes,
            });
            reader.Read(xml);
        }
        catch (XmlException e)
        {
            throw new ExtractException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"no XML without DTD (line {e.LineNumber}, column {e.LinePosition})"), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExtractException(e.Message, e);
        }
        return new ProjectScript(Path.GetDirectoryName(path) ?? "", reader.Sdk, reader.Properties, reader.Items);
    }

    /// <summary>Follows the elements that matter; what is in others is passed over.</summary>
    private sealed class Parser
    {
        private readonly Stack<Level> _open = new();

        public List<ProjectProperty> Properties { get; } = [];
        public List<ProjectItem> Items { get; } = [];
        public string? Sdk { get; private set; }

        public void Read(XmlReader xml)
        {
            while (xml.Read())
            {
                if (xml.NodeType == XmlNodeType.Element)
                    Open(xml);
                else if (xml.NodeType == XmlNodeType.EndElement)
                    Close();
                else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && _open.TryPeek(out var level) && level.Kind == Kind.Property)
                    level.Text.Append(xml.Value);
            }
        }

        private void Open(XmlReader xml)
        {
            if (xml.Depth > MaxDepth)
                throw new ExtractException($"elements nest more than {MaxDepth} deep");
            _open.TryPeek(out var around);
            var kind = KindOf(around?.Kind, xml.LocalName);
            Sdk ??= kind == Kind.Project || around?.Kind == Kind.Project && xml.LocalName == "Import" ? xml.GetAttribute("Sdk")
                : around?.Kind == Kind.Project && xml.LocalName == "Sdk" ? xml.GetAttribute("Name") ?? ""
                : null;
            var guards = kind == Kind.Other ? [] : Guards(around, kind, xml.GetAttribute("Condition"));
            if (kind == Kind.Item && s_items.Contains(xml.LocalName))
                Items.Add(new ProjectItem(
                    xml.LocalName, xml.GetAttribute("Include"), xml.GetAttribute("Remove"),
                    (xml.GetAttribute("Static"), xml.GetAttribute("Alias")), guards));
            if (around?.Kind == Kind.Project && xml.LocalName == "Import" && xml.GetAttribute("Sdk") is null && xml.GetAttribute("Project") is { } path)
                Properties.Add(new ProjectProperty("", path, 0, Guards(around, Kind.Item, xml.GetAttribute("Condition"))) { IsImport = true });
            _open.Push(new Level(kind, xml.LocalName, guards, (xml as IXmlLineInfo)?.LineNumber ?? 0));
            if (xml.IsEmptyElement)
                Close();
        }

        private void Close()
        {
            var level = _open.Pop();
            if (level.Kind == Kind.Property)
                Properties.Add(new ProjectProperty(level.Name, level.Text.ToString().Trim(), level.Line, level.Guards));
        }

        private static Kind KindOf(Kind? around, string name) => (around, name) switch
        {
            (null, "Project") => Kind.Project,
            (Kind.Project or Kind.When, "PropertyGroup") => Kind.Group,
            (Kind.Project or Kind.When, "ItemGroup") => Kind.ItemGroup,
            (Kind.Project or Kind.When, "Choose") => Kind.Choose,
            (Kind.Choose, "When" or "Otherwise") => Kind.When,
            (Kind.Group, _) => Kind.Property,
            (Kind.ItemGroup, _) => Kind.Item,
            _ => Kind.Other,
        };

        private static ProjectGuard[] Guards(Level? around, Kind kind, string? condition)
        {
            ProjectGuard[] outer = around?.Guards ?? [];
            if (kind == Kind.When)
                outer = [.. outer, .. around!.Passed];
            if (string.IsNullOrWhiteSpace(condition))
                return outer;
            if (kind == Kind.When)
                around!.Passed.Add(new ProjectGuard(condition, false));
            if (around?.Passed.Count > MaxAlternatives)
                throw new ExtractException($"a choice of more than {MaxAlternatives} alternatives");
            return [.. outer, new ProjectGuard(condition, true)];
        }

        private enum Kind
        {
            Other,
            Project,
            Group,
            Property,
            ItemGroup,
            Item,
            Choose,
            When,
        }

        private sealed class Level(Kind kind, string name, ProjectGuard[] guards, int line)
        {
            public Kind Kind { get; } = kind;
            public string Name { get; } = name;
            public ProjectGuard[] Guards { get; } = guards;
            public int Line { get; } = line;

            /// <summary>The conditions of the alternatives before, none of which may hold.</summary>
            public List<ProjectGuard> Passed { get; } = [];
            public StringBuilder Text { get; } = new();
        }
    }
}
