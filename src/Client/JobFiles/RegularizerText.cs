using System.Globalization;
using LightlyCluster.Protocol.V1;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LightlyCluster.Client.JobFiles;

/// <summary>Regularizers as text: <c>[{name: co2, alpha: 1}]</c>, or only a name.</summary>
internal static class RegularizerText
{
    private const int DepthMaximum = 4;

    /// <summary>Writes what <see cref="TryParse"/> reads.</summary>
    public static string Format(IEnumerable<RegularizerSpec> regularizers) => $"[{string.Join(", ", regularizers.Select(Format))}]";

    /// <summary>Takes a node of a document and gives it as text on one line; what nests deeper than regularizers do is left out.</summary>
    public static string Take(IParser parser, int depth = 0)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return scalar.Value;
        }

        var parts = new List<string>();
        if (depth > DepthMaximum)
        {
            parser.SkipThisAndNestedEvents();
            return "...";
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                parts.Add(Take(parser, depth + 1));
            }

            return $"[{string.Join(", ", parts)}]";
        }

        if (!parser.TryConsume<MappingStart>(out _))
        {
            parser.SkipThisAndNestedEvents();
            return "?";
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            parts.Add($"{Take(parser, depth + 1)}: {Take(parser, depth + 1)}");
        }

        return $"{{{string.Join(", ", parts)}}}";
    }

    /// <summary>Reads regularizers.</summary>
    /// <returns>Null where the text is of another form.</returns>
    public static IReadOnlyList<RegularizerSpec>? TryParse(string text)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            return Parse(parser);
        }
        catch (YamlException)
        {
            return null;
        }
    }

    private static List<RegularizerSpec>? Parse(Parser parser)
    {
        var found = new List<RegularizerSpec>();
        if (!parser.TryConsume<SequenceStart>(out _))
        {
            return ParseOne(parser) is { } only ? [only] : null;
        }

        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            if (ParseOne(parser) is not { } item)
            {
                return null;
            }

            found.Add(item);
        }

        return found;
    }

    private static RegularizerSpec? ParseOne(Parser parser)
    {
        var regularizer = new RegularizerSpec();
        if (parser.TryConsume<Scalar>(out var word))
        {
            regularizer.Name = word.Value;
            return word.Value.Length > 0 ? regularizer : null;
        }

        if (!parser.TryConsume<MappingStart>(out _))
        {
            return null;
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key) || !parser.TryConsume<Scalar>(out var value) || !Set(regularizer, key.Value, value.Value))
            {
                return null;
            }
        }

        return regularizer.Name.Length > 0 ? regularizer : null;
    }

    private static bool Set(RegularizerSpec regularizer, string key, string value)
    {
        if (key == "name")
        {
            regularizer.Name = value;
            return true;
        }

        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return false;
        }

        regularizer.Parameters[key] = number;
        return true;
    }

    private static string Format(RegularizerSpec regularizer)
    {
        var parameters = regularizer.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $", {pair.Key}: {pair.Value.ToString("R", CultureInfo.InvariantCulture)}");
        return $"{{name: {regularizer.Name}{string.Concat(parameters)}}}";
    }
}
