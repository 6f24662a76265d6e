using System.Reflection;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Training;

namespace LightlyCluster.Worker.Steps;

/// <summary>Finds methods of users in the worker's plugin folder.</summary>
/// <remarks>A job can only name files that lie in that folder: whoever runs the worker decides what code may be loaded.</remarks>
internal static class PluginMethods
{
    /// <summary>Makes the method that a specification names.</summary>
    /// <param name="folder">The worker's plugin folder; empty: there is none.</param>
    /// <param name="method">The method's part of the specification.</param>
    /// <param name="request">What it is made from.</param>
    /// <exception cref="JobSpecificationException">There is no such method, or a parameter is unknown or out of range.</exception>
    public static TrainingMethod Create(string folder, MethodSpecification method, MethodRequest request)
    {
        var plugin = Find(folder, method);
        var names = plugin.Parameters.Select(parameter => parameter.Name).ToArray();
        foreach (var (name, value) in method.Parameters)
        {
            var known = plugin.Parameters.FirstOrDefault(parameter => parameter.Name == name) ?? throw new JobSpecificationException(
                $"method.parameters.{name} is no parameter of {plugin.Name}{NearestName.Hint(name, names)}; known: {string.Join(", ", names)}.");
            if (!(value >= known.Minimum && value <= known.Maximum))
            {
                throw new JobSpecificationException(
                    $"method.parameters.{name} is {value:R}; allowed is {known.Minimum:R} to {known.Maximum:R} (default {known.Default:R}).");
            }
        }

        var values = plugin.Parameters.Select(parameter => KeyValuePair.Create(
            parameter.Name, method.Parameters.TryGetValue(parameter.Name, out var given) ? given : parameter.Default));
        return plugin.Create(request with { Parameters = new(values) });
    }

    private static MethodPlugin Find(string folder, MethodSpecification method)
    {
        if (folder.Length == 0)
        {
            throw new JobSpecificationException(
                $"The job names the plugin '{method.Plugin}', but this worker has no plugin folder; start it with LIGHTLY_PLUGINS=FOLDER.");
        }

        var path = Path.GetFullPath(Path.Combine(folder, Path.GetFileName(method.Plugin)));
        if (!File.Exists(path))
        {
            throw new JobSpecificationException($"There is no '{method.Plugin}' in this worker's plugin folder {folder}; copy it there.");
        }

        var plugins = Load(path)
            .Where(type => type is { IsAbstract: false, IsPublic: true } && type.IsSubclassOf(typeof(MethodPlugin)))
            .Select(type => (MethodPlugin)Activator.CreateInstance(type)!)
            .ToArray();
        return plugins.FirstOrDefault(plugin => plugin.Name == method.Name) ?? throw new JobSpecificationException(
            $"'{method.Plugin}' holds no method '{method.Name}'{NearestName.Hint(method.Name, plugins.Select(plugin => plugin.Name))}; "
            + $"it holds: {string.Join(", ", plugins.Select(plugin => plugin.Name))}.");
    }

    private static Type[] Load(string path)
    {
        try
        {
            return Assembly.LoadFrom(path).GetExportedTypes();
        }
        catch (Exception error) when (error is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException)
        {
            throw new JobSpecificationException($"'{path}' does not load: {error.Message} Compile it against this version of LightlyCluster.SelfSupervised.");
        }
    }
}
