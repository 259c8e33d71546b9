"""What each environment wants: the typed stack config, and the components it asks for."""
