using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;

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
        WriteMessage(text, JobSpecificationMapping.ToWire(specification), 2);
        return text.ToString();
    }

    private static void WriteMessage(StringBuilder text, IMessage message, int indent)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var value = field.Accessor.GetValue(message);
            if (value is MapField<string, double> parameters)
            {
                foreach (var (key, number) in parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    WriteLine(text, indent, key, Format(number));
                }
            }
            else if (value is IMessage child)
            {
                text.Append(' ', indent).Append(field.JsonName).Append(":\n");
                WriteMessage(text, child, indent + 2);
            }
            else if (!field.HasPresence || field.Accessor.HasValue(message))
            {
                WriteLine(text, indent, field.JsonName, Format(value));
            }
        }
    }

    private static void WriteLine(StringBuilder text, int indent, string key, string value) =>
        text.Append(' ', indent).Append(key).Append(": ").Append(value).Append('\n');

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
