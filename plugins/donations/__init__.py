"""捐赠: campaigns, gifts, their use, certificates and what the public sees of them."""
