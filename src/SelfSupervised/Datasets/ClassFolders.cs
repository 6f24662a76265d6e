namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Derives classes from names of the form <c>class/image</c>.</summary>
internal static class ClassFolders
{
    /// <summary>Label of each name and the classes in ordinal order; no labels where any name has no folder.</summary>
    public static (int[]? Labels, string[] ClassNames) Label(IReadOnlyList<string> names)
    {
        var folders = new string[names.Count];
        for (var index = 0; index < names.Count; index++)
        {
            var slash = names[index].IndexOf('/', StringComparison.Ordinal);
            if (slash <= 0)
            {
                return (null, []);
            }

            folders[index] = names[index][..slash];
        }

        return LabelByText(folders);
    }

    /// <summary>Label of each text among the distinct texts in ordinal order.</summary>
    public static (int[] Labels, string[] ClassNames) LabelByText(IReadOnlyList<string> texts)
    {
        var classNames = texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var labels = new int[texts.Count];
        for (var index = 0; index < texts.Count; index++)
        {
            labels[index] = Array.BinarySearch(classNames, texts[index], StringComparer.Ordinal);
        }

        return (labels, classNames);
    }
}
