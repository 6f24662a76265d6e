namespace LightlyCluster.Client.JobFiles;

/// <summary>Tells texts that nest absurdly deep from job files, in one pass over the characters.</summary>
internal static class YamlNesting
{
    private const int DepthMaximum = 100;

    /// <summary>Requires that brackets, and lists and keys that begin on one line, nest no deeper than a job file ever would.</summary>
    /// <param name="text">The YAML document.</param>
    /// <param name="source">Its name in messages.</param>
    /// <exception cref="CommandException">They do.</exception>
    public static void Require(string text, string source)
    {
        var (line, brackets, dashes) = (1, 0, 0);
        for (var index = 0; index < text.Length; index++)
        {
            var next = index + 1 < text.Length ? text[index + 1] : '\n';
            switch (text[index])
            {
                case '[' or '{':
                    brackets++;
                    break;
                case ']' or '}':
                    brackets = Math.Max(0, brackets - 1);
                    break;
                case '-' or '?' when next == ' ':
                    dashes++;
                    break;
                case '\n':
                    (line, dashes) = (line + 1, 0);
                    break;
            }

            if (Math.Max(brackets, dashes) > DepthMaximum)
            {
                throw new CommandException($"{source}:{line}:1: nested more than {DepthMaximum} deep; a job file needs 16");
            }
        }
    }
}
