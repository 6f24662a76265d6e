using LightlyCluster.Fleet.Jobs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LightlyCluster.Client.JobFiles;

/// <summary>Reads job files strictly: every key must be known, once, and of the right kind.</summary>
/// <remarks>
/// Works on the parser's events and builds no tree, so that a file cannot grow in memory: anchors and aliases are
/// refused, as are files above <see cref="SizeMaximum"/> and nesting above <see cref="DepthMaximum"/>. What nests far deeper
/// is refused before the parser sees it, whose time grows with the square of the depth.
/// </remarks>
internal sealed class JobFileReader
{
    /// <summary>Largest file in bytes.</summary>
    public const int SizeMaximum = 1 << 20;

    private const int DepthMaximum = 16;

    private static readonly string[] TopNames = ["apiVersion", "kind", "metadata", "spec"];

    private readonly string _source;
    private readonly Parser _parser;
    private readonly List<string> _errors = [];
    private readonly List<JobAssignment> _assignments = [];
    private string _name = "";

    private JobFileReader(string text, string source)
    {
        _source = source;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandException">It is missing, too large or no job file.</exception>
    public static JobFile Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            var what = Directory.Exists(path) ? "is a folder, not a job file" : "does not exist; `lightly init` writes one to start from";
            throw new CommandException($"{path} {what}");
        }

        return file.Length <= SizeMaximum
            ? Parse(File.ReadAllText(path), path)
            : throw new CommandException($"{path} has {file.Length} bytes; a job file has at most {SizeMaximum}");
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The YAML document.</param>
    /// <param name="source">Its name in messages.</param>
    /// <exception cref="CommandException">It is no job file; tells every unknown key and every value of a wrong kind.</exception>
    public static JobFile Parse(string text, string source)
    {
        YamlNesting.Require(text, source);
        var reader = new JobFileReader(text, source);
        try
        {
            reader.ReadDocument();
        }
        catch (YamlException exception)
        {
            throw new CommandException(
                $"{source}:{exception.Start.Line}:{exception.Start.Column}: not valid YAML: {exception.Message.TrimEnd('.')}", exception);
        }

        return reader._errors.Count == 0 ? new JobFile(reader._name, reader._assignments) : throw new CommandException(reader._errors);
    }

    private void ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            throw new CommandException($"{_source} is empty; `lightly init` writes a job file to start from");
        }

        ReadMapping(TopNames, "the top level", 0, ReadTop);
        _parser.Consume<DocumentEnd>();
        if (!_parser.TryConsume<StreamEnd>(out _))
        {
            throw Error(_parser.Current, "a job file holds one document; split it");
        }
    }

    private void ReadTop(Scalar key)
    {
        switch (key.Value)
        {
            case "apiVersion":
                RequireWord(JobFile.ApiVersion, "apiVersion");
                break;
            case "kind":
                RequireWord(JobFile.Kind, "kind");
                break;
            case "metadata":
                ReadMapping(["name"], "metadata", 1, _ => _name = ReadScalar("metadata.name", "a word").Value);
                break;
            default:
                ReadSection(JobKeys.Root, 1);
                break;
        }
    }

    private void ReadSection(JobKey section, int depth)
    {
        if (section.Shorthand is not null && _parser.Accept<Scalar>(out var word) && !IsNull(word))
        {
            ReadValue(section.Shorthand);
            return;
        }

        var names = section.ProperNames.ToArray();
        var owner = section.Path.Length == 0 ? "spec" : section.Path;
        ReadMapping(names, owner, depth, key =>
        {
            if (section.Find(key.Value) is not { } child)
            {
                AddUnknown(key, names, owner);
            }
            else if (child.Kind == JobKeyKind.Section)
            {
                ReadSection(child, depth + 1);
            }
            else
            {
                ReadValue(child);
            }
        });
    }

    private void ReadMapping(string[] names, string owner, int depth, Action<Scalar> readEntry)
    {
        if (_parser.Accept<Scalar>(out var scalar) && IsNull(scalar))
        {
            _parser.MoveNext();
            return;
        }

        if (!_parser.TryConsume<MappingStart>(out var start) || depth > DepthMaximum)
        {
            throw Error(_parser.Current, $"{owner} holds keys ({string.Join(", ", names)}), not a value");
        }

        RequireNoAnchor(start);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadScalar(owner, "a key");
            if (!seen.Add(key.Value))
            {
                _errors.Add($"{Position(key)}: key '{key.Value}' is given twice in {owner}; keep one");
            }

            if (depth == 0 && !names.Contains(key.Value, StringComparer.Ordinal))
            {
                AddUnknown(key, names, owner);
            }
            else
            {
                readEntry(key);
            }
        }
    }

    private void ReadValue(JobKey key)
    {
        if (key.Kind is JobKeyKind.Regularizers or JobKeyKind.NumberList)
        {
            ReadList(key);
            return;
        }

        if (_parser.Accept<MappingStart>(out _) || _parser.Accept<SequenceStart>(out _))
        {
            var kind = _parser.Accept<MappingStart>(out _) ? "keys" : "a list";
            _errors.Add($"{Position(_parser.Current)}: {key.Path} is {kind}, but must be {key.Expected}");
            _parser.SkipThisAndNestedEvents();
            return;
        }

        var scalar = ReadScalar(key.Path, key.Expected);
        var assignment = new JobAssignment(key, scalar.Value, scalar.Style != ScalarStyle.Plain, Position(scalar));
        if (IsNull(scalar))
        {
            return;
        }

        if (JobValue.Check(assignment) is { } error)
        {
            _errors.Add($"{assignment.Position}: {error}");
            return;
        }

        _assignments.Add(assignment);
    }

    private void ReadList(JobKey key)
    {
        var position = Position(_parser.Current);
        var text = RegularizerText.Take(_parser);
        var assignments = key.Kind == JobKeyKind.NumberList
            ? NumberListText.TrySplit(key, text, position)
            : [new JobAssignment(key, text, IsQuoted: false, position)];
        var error = assignments is null ? $"{key.Path} is {text}, but must be {key.Expected}" : assignments.Select(JobValue.Check).FirstOrDefault(found => found is not null);
        if (error is not null)
        {
            _errors.Add($"{position}: {error}");
            return;
        }

        _assignments.AddRange(assignments!);
    }

    private void AddUnknown(Scalar key, string[] names, string owner)
    {
        var inside = JobKeys.Root.Find(key.Value) is not null && owner == "the top level" ? "; it belongs below 'spec'" : null;
        var hint = inside ?? NearestName.Hint(key.Value, names);
        _errors.Add($"{Position(key)}: unknown key '{key.Value}' in {owner}{hint}; known: {string.Join(", ", names)}");
        _parser.SkipThisAndNestedEvents();
    }

    private void RequireWord(string expected, string owner)
    {
        var scalar = ReadScalar(owner, $"'{expected}'");
        if (scalar.Value != expected)
        {
            _errors.Add($"{Position(scalar)}: {owner} is '{scalar.Value}'; this program reads '{expected}'");
        }
    }

    private Scalar ReadScalar(string owner, string expected)
    {
        if (!_parser.TryConsume<Scalar>(out var scalar))
        {
            var what = _parser.Current is AnchorAlias ? "aliases are not supported; write the value" : $"{owner} must be {expected}";
            throw Error(_parser.Current, what);
        }

        RequireNoAnchor(scalar);
        return scalar;
    }

    private void RequireNoAnchor(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            throw Error(node, "anchors are not supported; write the values where they are used");
        }
    }

    private static bool IsNull(Scalar scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null";

    private CommandException Error(ParsingEvent? place, string message) => new($"{Position(place)}: {message}");

    private SourcePosition Position(ParsingEvent? place) => new(_source, place?.Start.Line ?? 1, place?.Start.Column ?? 1);
}
