namespace LightlyCluster.Fleet.Jobs;

/// <summary>Says what of a method's part of a specification cannot be used.</summary>
internal static class MethodValidator
{
    /// <summary>Checks name, loss, regularizers and parameters.</summary>
    public static void Check(MethodSpecification method, ViolationCollector violations)
    {
        if (method.Plugin.Length > 0)
        {
            CheckPlugin(method, violations);
            return;
        }

        violations.RequireWord("method.name", method.Name, MethodCatalog.Names);
        if (MethodCatalog.Find(method.Name) is not { } definition)
        {
            return;
        }

        if (!definition.Losses.Contains(method.Loss, StringComparer.Ordinal))
        {
            violations.Add(
                "method.loss",
                method.Loss,
                $"method.loss '{method.Loss}' does not fit {definition.Name}{NearestName.Hint(method.Loss, definition.Losses)}; "
                + $"those that fit: {string.Join(", ", definition.Losses)}");
            return;
        }

        violations.RequireParameters(
            "method", method.Parameters, definition.ParametersWith(method.Loss), $"method {method.Name} with loss {method.Loss}");
        CheckRegularizers(method.Regularizers, definition.Name, definition.Regularizers, violations);
    }

    private static void CheckRegularizers(
        RegularizerList regularizers, string method, IReadOnlyList<string> fitting, ViolationCollector violations)
    {
        foreach (var regularizer in regularizers)
        {
            if (!fitting.Contains(regularizer.Name, StringComparer.Ordinal) || RegularizerCatalog.Find(regularizer.Name) is not { } definition)
            {
                violations.Add(
                    "method.regularizers",
                    regularizer.Name,
                    $"method.regularizers '{regularizer.Name}' does not fit {method}{NearestName.Hint(regularizer.Name, fitting)}; "
                    + $"those that fit: {string.Join(", ", fitting)}");
                continue;
            }

            violations.RequireParameters(
                "method.regularizers", regularizer.Parameters, definition.Parameters, $"regularizer {regularizer.Name}");
        }

        if (regularizers.GroupBy(regularizer => regularizer.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            violations.Add("method.regularizers", twice.Key, $"method.regularizers names {twice.Key} twice; keep one");
        }
    }

    // What a plugin allows is known to the workers only; they check it when the job begins.
    private static void CheckPlugin(MethodSpecification method, ViolationCollector violations)
    {
        if (method.Plugin != Path.GetFileName(method.Plugin) || !method.Plugin.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            violations.Add(
                "method.plugin",
                method.Plugin,
                $"method.plugin '{method.Plugin}' must be the file name of an assembly (MyMethods.dll) in the workers' plugin folder (LIGHTLY_PLUGINS)");
        }

        CheckRegularizers(method.Regularizers, method.Name, RegularizerCatalog.Names, violations);
    }
}
