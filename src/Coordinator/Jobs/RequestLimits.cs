using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>How large the parts of a request may be. The whole message is limited before it is read.</summary>
internal static partial class RequestLimits
{
    /// <summary>Most bytes of a message that a coordinator receives.</summary>
    public const int MessageBytesMaximum = 1 << 20;

    /// <summary>Most characters of a request id.</summary>
    public const int RequestIdMaximum = 128;

    private const int TextMaximum = 4096;
    private const int NameMaximum = 256;
    private const int EntriesMaximum = 200;

    /// <summary>Requests of two tenants never meet, whatever ids they choose.</summary>
    public static string ScopedId(string tenant, string requestId) => requestId.Length == 0 ? "" : $"{tenant}:{requestId}";

    /// <summary>Whether a text can be the identifier of a worker or an incarnation.</summary>
    public static bool IsWorkerName(string text) => WorkerPattern().IsMatch(text);

    /// <summary>A text of a stranger, short enough for a message.</summary>
    public static string Shown(string text, int maximum = 80) => text.Length > maximum ? text[..maximum] + "..." : text;

    /// <summary>Checks the lengths of all texts, lists and maps of a request.</summary>
    public static IReadOnlyList<FieldViolation> Check(CreateTrainingJobRequest request)
    {
        var violations = new List<FieldViolation>();
        if (request.DisplayName.Length > NameMaximum || request.DisplayName.Any(char.IsControl))
        {
            violations.Add(new("display_name", "", $"display_name has {request.DisplayName.Length} characters; allowed are {NameMaximum}, without control characters"));
        }

        if (request.Spec is { } specification)
        {
            Check(specification, "", violations);
        }

        return violations;
    }

    private static void Check(IMessage message, string path, List<FieldViolation> violations)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var name = path.Length > 0 ? $"{path}.{field.JsonName}" : field.JsonName;
            switch (field.Accessor.GetValue(message))
            {
                case string text when text.Length > TextMaximum:
                    violations.Add(new(name, "", $"{name} has {text.Length} characters; allowed are {TextMaximum}"));
                    break;
                case System.Collections.ICollection entries when entries.Count > EntriesMaximum:
                    violations.Add(new(name, "", $"{name} has {entries.Count} entries; allowed are {EntriesMaximum}"));
                    break;
                case System.Collections.IDictionary map:
                    violations.AddRange(map.Keys.OfType<string>().Where(key => key.Length > NameMaximum)
                        .Select(key => new FieldViolation(name, "", $"{name} has a key of {key.Length} characters; allowed are {NameMaximum}")));
                    break;
                case System.Collections.IList list:
                    foreach (var child in list.OfType<IMessage>())
                    {
                        Check(child, name, violations);
                    }

                    break;
                case IMessage child when field.FieldType == FieldType.Message:
                    Check(child, name, violations);
                    break;
            }
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WorkerPattern();
}
