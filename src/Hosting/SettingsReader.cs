using LightlyCluster.Fleet.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Hosting;

/// <summary>Reads the settings of a program so that a misspelt one is an error instead of being passed over.</summary>
public static class SettingsReader
{
    /// <summary>Reads a section: environment variables <c>Section__Key</c>, or what the program's flags stand for.</summary>
    /// <typeparam name="T">The options class.</typeparam>
    /// <param name="configuration">Where the section is.</param>
    /// <param name="section">Name of the section.</param>
    /// <returns>The options; defaults where nothing is set.</returns>
    /// <exception cref="OptionsValidationException">A setting is unknown, or its value is of another type.</exception>
    public static T Read<T>(IConfiguration configuration, string section)
        where T : class, new()
    {
        var names = typeof(T).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).ToArray();
        var unknown = configuration.GetSection(section).GetChildren().Select(child => child.Key)
            .Where(key => !names.Contains(key, StringComparer.OrdinalIgnoreCase)).ToArray();
        if (unknown.Length > 0)
        {
            throw new OptionsValidationException(section, typeof(T), unknown.Select(key => Explain(section, key, names)));
        }

        try
        {
            return configuration.GetSection(section).Get<T>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new T();
        }
        catch (InvalidOperationException error)
        {
            throw new OptionsValidationException(section, typeof(T), [$"{error.Message.TrimEnd('.')}. Correct the setting."]);
        }
    }

    private static string Explain(string section, string key, string[] names)
    {
        var nearest = NearestName.Find(key, names);
        var hint = nearest is null ? "." : $"; did you mean {section}:{nearest}?";
        return $"{section}:{key} is not a setting{hint} Known are {string.Join(", ", names.Order(StringComparer.Ordinal))}.";
    }
}
