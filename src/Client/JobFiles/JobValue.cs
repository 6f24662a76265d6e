using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.JobFiles;

/// <summary>Turns written values into fields of the wire's specification.</summary>
internal static class JobValue
{
    /// <summary>What is wrong with a value; null where it is of the right kind.</summary>
    public static string? Check(JobAssignment assignment)
    {
        var (key, text) = (assignment.Key, assignment.Text);
        if (key.Kind == JobKeyKind.Text)
        {
            return null;
        }

        if (assignment.IsQuoted)
        {
            return $"{key.Path} is the text \"{text}\", but must be {key.Expected}; write it without quotes";
        }

        return Parse(key.Kind, text) is null ? $"{key.Path} is '{text}', but must be {key.Expected}" : null;
    }

    /// <summary>Writes a checked value into the specification.</summary>
    public static void Apply(JobAssignment assignment, TrainingJobSpec specification)
    {
        IMessage message = specification;
        var fields = assignment.Key.Fields;
        for (var i = 0; i < fields.Count - 1; i++)
        {
            if (fields[i].Accessor.GetValue(message) is not IMessage child)
            {
                child = fields[i].MessageType.Parser.ParseFrom([]);
                fields[i].Accessor.SetValue(message, child);
            }

            message = child;
        }

        if (assignment.Key.Kind == JobKeyKind.Regularizers)
        {
            var list = (RepeatedField<RegularizerSpec>)fields[^1].Accessor.GetValue(message);
            list.Clear();
            list.AddRange(RegularizerText.TryParse(assignment.Text)!);
            return;
        }

        var value = assignment.Key.Kind == JobKeyKind.Text ? WordOf(assignment) : Parse(assignment.Key.Kind, assignment.Text)!;
        if (assignment.Key.Kind == JobKeyKind.Parameter)
        {
            ((MapField<string, double>)fields[^1].Accessor.GetValue(message))[assignment.Key.Parameter] = (double)value;
        }
        else
        {
            fields[^1].Accessor.SetValue(message, value);
        }
    }

    private static object? Parse(JobKeyKind kind, string text) => kind switch
    {
        JobKeyKind.Integer => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null,
        JobKeyKind.LongInteger =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null,
        JobKeyKind.UnsignedInteger => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null,
        JobKeyKind.Regularizers => RegularizerText.TryParse(text),
        JobKeyKind.Switch => text switch { "true" => true, "false" => false, _ => null },
        JobKeyKind.Parameter when text is "true" or "false" => text == "true" ? 1.0 : 0.0,
        JobKeyKind.Number or JobKeyKind.Parameter =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null,
        _ => text,
    };

    // lightly and PyTorch Lightning write the precision as a number of bits.
    private static string WordOf(JobAssignment assignment) =>
        assignment.Key.Path == "train.precision" && assignment.Text == "32" ? "fp32" : assignment.Text;
}
