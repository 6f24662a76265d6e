using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.JobFiles;

/// <summary>Writes a resolved specification as a job file; reading it gives the same specification.</summary>
internal static class JobFileWriter
{
    /// <summary>The text of the file.</summary>
    /// <param name="name">Its <c>metadata.name</c>.</param>
    /// <param name="specification">What to train, with every value.</param>
    public static string Write(string name, JobSpecification specification)
    {
        var text = new StringBuilder();
        text.Append("apiVersion: ").Append(JobFile.ApiVersion).Append('\n');
        text.Append("kind: ").Append(JobFile.Kind).Append('\n');
        text.Append("metadata:\n  name: ").Append(Quote(name)).Append('\n');
        text.Append("spec:\n");
        string[] above = [];
        foreach (var (path, value) in Values(specification))
        {
            var names = path.Split('.');
            for (var depth = 0; depth < names.Length - 1; depth++)
            {
                if (depth >= above.Length || above[depth] != names[depth])
                {
                    text.Append(' ', 2 * depth + 2).Append(names[depth]).Append(":\n");
                    above = names[..(depth + 1)];
                }
            }

            above = above[..(names.Length - 1)];
            text.Append(' ', 2 * names.Length).Append(names[^1]).Append(": ").Append(value).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Every value with the path of its key, in the order of the file.</summary>
    public static IEnumerable<(string Path, string Value)> Values(JobSpecification specification) =>
        Values(JobSpecificationMapping.ToWire(specification), "");

    private static IEnumerable<(string Path, string Value)> Values(IMessage message, string prefix)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var value = field.Accessor.GetValue(message);
            if (value is RepeatedField<RegularizerSpec> regularizers)
            {
                yield return (prefix + field.JsonName, RegularizerText.Format(regularizers));
            }
            else if (value is MapField<string, double> parameters)
            {
                // The names of a plugin's parameters are known to workers only; they stand in a section of their own.
                var place = message is MethodSpec { Plugin.Length: > 0 } ? $"{prefix}{field.JsonName}." : prefix;
                foreach (var (key, number) in parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    yield return (place + key, IsSwitch(key) ? Format(number != 0) : Format(number));
                }
            }
            else if (value is IMessage child)
            {
                foreach (var pair in Values(child, $"{prefix}{field.JsonName}."))
                {
                    yield return pair;
                }
            }
            else if (!field.HasPresence || field.Accessor.HasValue(message))
            {
                yield return (prefix + field.JsonName, Format(value));
            }
        }
    }

    private static bool IsSwitch(string parameter) =>
        MethodCatalog.All.SelectMany(method => method.Parameters).Any(definition => definition.Name == parameter && definition.IsBoolean);

    private static string Format(object? value) => value switch
    {
        string word => Quote(word),
        bool isOn => isOn ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    // Plain where it cannot be mistaken for anything else, else in double quotes with JSON's escapes, which YAML shares.
    private static string Quote(string word)
    {
        var isPlain = word.Length > 0 && char.IsAsciiLetter(word[0])
            && word.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/')
            && word is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off");
        return isPlain ? word : $"\"{JsonEncode(word)}\"";
    }

    private static string JsonEncode(string word) =>
        System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(word);
}
