using System.Text;
using System.Xml;

namespace Exograph.Extract.CSharp;

/// <summary>A condition, and what it must come to for what it guards.</summary>
internal readonly record struct ProjectGuard(string Condition, bool Holds);

/// <summary>A property that a project file sets where all guards say so.</summary>
internal sealed record ProjectProperty(string Name, string Value, int Line, IReadOnlyList<ProjectGuard> Guards);

/// <summary>
/// The properties that a project or props file sets, in its order: those of groups of the project and of its Choose elements,
/// not those that targets set. Read as a stream, for source trees belong to others.
/// </summary>
internal sealed record ProjectScript(bool HasSdk, IReadOnlyList<ProjectProperty> Properties)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 64;
    private const int MaxAlternatives = 100;

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
        return new ProjectScript(reader.HasSdk, reader.Properties);
    }

    /// <summary>Follows the elements that matter; what is in others is passed over.</summary>
    private sealed class Parser
    {
        private readonly Stack<Level> _open = new();

        public List<ProjectProperty> Properties { get; } = [];
        public bool HasSdk { get; private set; }

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
            HasSdk |= kind == Kind.Project && xml.GetAttribute("Sdk") is not null
                || around?.Kind == Kind.Project && (xml.LocalName == "Sdk" || xml.LocalName == "Import" && xml.GetAttribute("Sdk") is not null);
            var guards = kind == Kind.Other ? [] : Guards(around, kind, xml.GetAttribute("Condition"));
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
            (Kind.Project or Kind.When, "Choose") => Kind.Choose,
            (Kind.Choose, "When" or "Otherwise") => Kind.When,
            (Kind.Group, _) => Kind.Property,
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
